// Reads texts as Go's programs do, one JSON string a line in, one JSON value a line out, null for what is refused.
// `readers joho | docker | ini | dockerfile`. Build in GOPATH mode against Debian's golang-github-joho-godotenv-dev,
// golang-gopkg-ini.v1-dev, golang-github-docker-docker-dev and BuildKit's frontend/dockerfile.
package main

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"

	"github.com/docker/cli/opts"
	"github.com/joho/godotenv"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"gopkg.in/ini.v1"
)

func joho(text string) (interface{}, error) {
	return godotenv.Unmarshal(text)
}

func docker(text string) (interface{}, error) {
	name := os.Args[2]
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		return nil, err
	}
	lines, err := opts.ParseEnvFile(name)
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	for _, line := range lines {
		parts := strings.SplitN(line, "=", 2)
		found[parts[0]] = parts[1]
	}
	return found, nil
}

func sections(text string) (interface{}, error) {
	file, err := ini.Load([]byte(text))
	if err != nil {
		return nil, err
	}
	found := map[string]map[string]string{}
	for _, section := range file.Sections() {
		keys := map[string]string{}
		for _, key := range section.Keys() {
			keys[key.Name()] = key.Value()
		}
		found[section.Name()] = keys
	}
	return found, nil
}

func tree(node *parser.Node) interface{} {
	out := []interface{}{node.Value, node.Flags, node.Attributes}
	for _, block := range node.Heredocs {
		out = append(out, []interface{}{"heredoc", block.Name, block.Content, block.Expand, block.Chomp})
	}
	for next := node.Next; next != nil; next = next.Next {
		out = append(out, next.Value)
		for _, child := range next.Children {
			out = append(out, tree(child))
		}
	}
	for _, child := range node.Children {
		out = append(out, tree(child))
	}
	return out
}

func dockerfile(text string) (interface{}, error) {
	result, err := parser.Parse(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	syntax, _, _, _ := parser.DetectSyntax([]byte(text))
	out := []interface{}{string(result.EscapeToken), syntax}
	for _, node := range result.AST.Children {
		out = append(out, tree(node))
	}
	return out, nil
}

func main() {
	read := map[string]func(string) (interface{}, error){
		"joho": joho, "docker": docker, "ini": sections, "dockerfile": dockerfile,
	}[os.Args[1]]
	in, out := bufio.NewReaderSize(os.Stdin, 1<<20), bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for {
		line, err := in.ReadString('\n')
		if line == "" && err != nil {
			return
		}
		var text string
		var found interface{}
		if json.Unmarshal([]byte(line), &text) == nil {
			if found, err = read(text); err != nil {
				found = nil
			}
		}
		answer, _ := json.Marshal(found)
		out.Write(append(answer, '\n'))
	}
}
