// The readers of mutate_syntax.py that are written in Go: a line of JSON {"reader", "text"} in, {"value"} or {"error"} out.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"sort"
	"strconv"
	"time"

	"github.com/BurntSushi/toml"
	hcl1 "github.com/hashicorp/hcl"
	"github.com/hashicorp/hcl/hcl/ast"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	yaml2 "gopkg.in/yaml.v2"
	yaml3 "gopkg.in/yaml.v3"
	kyaml "sigs.k8s.io/yaml"
)

type tree = []interface{}

// A value with its type, as mutate_syntax.py compares them.
func plain(value interface{}) tree {
	switch v := value.(type) {
	case nil:
		return tree{"n"}
	case bool:
		return tree{"b", v}
	case int:
		return tree{"i", strconv.Itoa(v)}
	case int64:
		return tree{"i", strconv.FormatInt(v, 10)}
	case uint64:
		return tree{"i", strconv.FormatUint(v, 10)}
	case json.Number:
		if _, ok := new(big.Int).SetString(v.String(), 10); ok {
			return tree{"i", v.String()}
		}
		return tree{"f", v.String()}
	case float64:
		return tree{"f", strconv.FormatFloat(v, 'g', -1, 64)}
	case string:
		return tree{"s", v}
	case time.Time:
		return tree{"o", v.Format(time.RFC3339Nano)}
	case []interface{}:
		items := make([]tree, 0, len(v))
		for _, item := range v {
			items = append(items, plain(item))
		}
		return tree{"l", items}
	case []map[string]interface{}:
		items := make([]tree, 0, len(v))
		for _, item := range v {
			items = append(items, plain(item))
		}
		return tree{"l", items}
	case map[string]interface{}:
		fields := make([]tree, 0, len(v))
		for key, item := range v {
			fields = append(fields, tree{plain(key), plain(item)})
		}
		return sorted(fields)
	case map[interface{}]interface{}:
		fields := make([]tree, 0, len(v))
		for key, item := range v {
			fields = append(fields, tree{plain(key), plain(item)})
		}
		return sorted(fields)
	default:
		return tree{"o", fmt.Sprint(v)}
	}
}

func sorted(fields []tree) tree {
	name := func(i int) string { return fmt.Sprint(fields[i][0]) }
	sort.Slice(fields, func(i, j int) bool { return name(i) < name(j) })
	return tree{"m", fields}
}

type decoder interface{ Decode(v interface{}) error }

func all(documents decoder) ([]tree, error) {
	found := []tree{}
	for {
		var value interface{}
		err := documents.Decode(&value)
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		found = append(found, plain(value))
	}
}

func kubernetes(text string) ([]tree, error) {
	var value interface{}
	if err := kyaml.UnmarshalStrict([]byte(text), &value); err != nil {
		return nil, err
	}
	return []tree{plain(value)}, nil
}

func readJSON(text string) ([]tree, error) {
	numbers := json.NewDecoder(bytes.NewReader([]byte(text)))
	numbers.UseNumber()
	var value interface{}
	if err := numbers.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := numbers.Token(); err != io.EOF {
		return nil, errors.New("more behind the value")
	}
	return []tree{plain(value)}, nil
}

func readTOML(text string) ([]tree, error) {
	var value map[string]interface{}
	if _, err := toml.Decode(text, &value); err != nil {
		return nil, err
	}
	return []tree{plain(value)}, nil
}

func readHCL1(text string) ([]tree, error) {
	file, err := hcl1.Parse(text)
	if err != nil {
		return nil, err
	}
	return []tree{body1(file.Node.(*ast.ObjectList))}, nil
}

// HCL 1 knows no difference between a block and an object, and takes one name twice for two of them.
func body1(list *ast.ObjectList) tree {
	type item struct {
		keys  []string
		value ast.Node
	}
	var group func(all []item) tree
	group = func(all []item) tree {
		order, groups := []string{}, map[string][]item{}
		for _, one := range all {
			if _, known := groups[one.keys[0]]; !known {
				order = append(order, one.keys[0])
			}
			groups[one.keys[0]] = append(groups[one.keys[0]], item{one.keys[1:], one.value})
		}
		fields := []tree{}
		for _, of := range order {
			leaves, deeper := []tree{}, []item{}
			for _, one := range groups[of] {
				if len(one.keys) > 0 {
					deeper = append(deeper, one)
				} else {
					leaves = append(leaves, value1(one.value))
				}
			}
			switch {
			case len(deeper) > 0 && len(leaves) > 0:
				fields = append(fields, tree{plain(of), tree{"o", "with and without labels"}})
			case len(deeper) > 0:
				fields = append(fields, tree{plain(of), group(deeper)})
			case len(leaves) == 1:
				fields = append(fields, tree{plain(of), leaves[0]})
			default:
				fields = append(fields, tree{plain(of), tree{"R", leaves}})
			}
		}
		return sorted(fields)
	}
	all := []item{}
	for _, one := range list.Items {
		keys := []string{}
		for _, key := range one.Keys {
			keys = append(keys, fmt.Sprint(key.Token.Value()))
		}
		all = append(all, item{keys, one.Val})
	}
	return group(all)
}

func value1(node ast.Node) tree {
	switch v := node.(type) {
	case *ast.ObjectType:
		return body1(v.List)
	case *ast.ListType:
		items := []tree{}
		for _, item := range v.List {
			items = append(items, value1(item))
		}
		return tree{"l", items}
	case *ast.LiteralType:
		return plain(v.Token.Value())
	default:
		return tree{"o", fmt.Sprint(v)}
	}
}

func readHCL(text string) ([]tree, error) {
	file, problems := hclsyntax.ParseConfig([]byte(text), "x.tf", hcl.InitialPos)
	if problems.HasErrors() {
		return nil, problems
	}
	return []tree{body(file.Body.(*hclsyntax.Body), []byte(text))}, nil
}

// A body: attributes, and blocks under their type and labels; "B" is a block, "L" what is under a label, "R" blocks of one
// name, in their order.
func body(in *hclsyntax.Body, text []byte) tree {
	fields := []tree{}
	for name, attribute := range in.Attributes {
		fields = append(fields, tree{plain(name), expression(attribute.Expr, text)})
	}
	for _, group := range blocks(in.Blocks, 0, text) {
		fields = append(fields, group)
	}
	found := sorted(fields)
	found[0] = "B"
	return found
}

func name(block *hclsyntax.Block, level int) string {
	if level == 0 {
		return block.Type
	}
	return block.Labels[level-1]
}

func blocks(all hclsyntax.Blocks, level int, text []byte) []tree {
	order, groups := []string{}, map[string]hclsyntax.Blocks{}
	for _, block := range all {
		of := name(block, level)
		if _, known := groups[of]; !known {
			order = append(order, of)
		}
		groups[of] = append(groups[of], block)
	}
	fields := []tree{}
	for _, of := range order {
		leaves, deeper := []tree{}, hclsyntax.Blocks{}
		for _, block := range groups[of] {
			if len(block.Labels) > level {
				deeper = append(deeper, block)
			} else {
				leaves = append(leaves, body(block.Body, text))
			}
		}
		switch {
		case len(deeper) > 0 && len(leaves) > 0:
			fields = append(fields, tree{plain(of), tree{"o", "with and without labels"}})
		case len(deeper) > 0:
			under := sorted(blocks(deeper, level+1, text))
			under[0] = "L"
			fields = append(fields, tree{plain(of), under})
		case len(leaves) == 1:
			fields = append(fields, tree{plain(of), leaves[0]})
		default:
			fields = append(fields, tree{plain(of), tree{"R", leaves}})
		}
	}
	return fields
}

func expression(in hclsyntax.Expression, text []byte) tree {
	switch e := in.(type) {
	case *hclsyntax.TupleConsExpr:
		items := []tree{}
		for _, item := range e.Exprs {
			items = append(items, expression(item, text))
		}
		return tree{"l", items}
	case *hclsyntax.ObjectConsExpr:
		fields, seen := []tree{}, map[string]bool{}
		for _, item := range e.Items {
			key, problems := item.KeyExpr.Value(nil)
			if problems.HasErrors() || key.IsNull() || key.Type() != cty.String || seen[key.AsString()] {
				return written(in, text)
			}
			seen[key.AsString()] = true
			fields = append(fields, tree{plain(key.AsString()), expression(item.ValueExpr, text)})
		}
		return sorted(fields)
	}
	if len(in.Variables()) > 0 {
		return written(in, text)
	}
	value, problems := in.Value(nil)
	if problems.HasErrors() {
		return written(in, text)
	}
	return ofCty(value, in, text)
}

// Tokens without blanks and comments.
func written(in hclsyntax.Expression, text []byte) tree {
	place := in.Range()
	tokens, _ := hclsyntax.LexExpression(place.SliceBytes(text), "x.tf", hcl.InitialPos)
	all := ""
	for _, token := range tokens {
		if token.Type != hclsyntax.TokenComment && token.Type != hclsyntax.TokenNewline {
			all += string(token.Bytes) + " "
		}
	}
	return tree{"o", all}
}

func ofCty(value cty.Value, in hclsyntax.Expression, text []byte) tree {
	switch {
	case value.IsNull():
		return tree{"n"}
	case value.Type() == cty.Bool:
		return tree{"b", value.True()}
	case value.Type() == cty.String:
		return tree{"s", value.AsString()}
	case value.Type() == cty.Number:
		number := value.AsBigFloat()
		if number.IsInt() {
			return tree{"i", number.Text('f', 0)}
		}
		return tree{"f", number.Text('g', 40)}
	default:
		return written(in, text)
	}
}

var readers = map[string]func(string) ([]tree, error){
	"go-yaml 2":  func(text string) ([]tree, error) { return all(yaml2.NewDecoder(bytes.NewReader([]byte(text)))) },
	"go-yaml 3":  func(text string) ([]tree, error) { return all(yaml3.NewDecoder(bytes.NewReader([]byte(text)))) },
	"kubernetes": kubernetes,
	"go json":    readJSON,
	"BurntSushi": readTOML,
	"hcl 1":      readHCL1,
	"hcl 2":      readHCL,
}

func answer(reader, text string) (found map[string]interface{}) {
	defer func() {
		if problem := recover(); problem != nil {
			found = map[string]interface{}{"error": fmt.Sprint("panics: ", problem)}
		}
	}()
	value, err := readers[reader](text)
	if err != nil {
		return map[string]interface{}{"error": err.Error()}
	}
	return map[string]interface{}{"value": value}
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<26)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for lines.Scan() {
		var asked struct{ Reader, Text string }
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		if err := out.Encode(answer(asked.Reader, asked.Text)); err != nil {
			panic(err)
		}
	}
}
