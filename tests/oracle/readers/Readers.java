import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Properties;

/** Reads properties, one text in Base64 a line in; keys and values in Base64 a line out, `!` for what is refused. */
class Readers {
    public static void main(String[] words) throws Exception {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        var out = new PrintStream(System.out, false, StandardCharsets.US_ASCII);
        for (String line; (line = in.readLine()) != null; ) {
            var text = new String(Base64.getDecoder().decode(line.trim()), StandardCharsets.UTF_8);
            var found = new Properties();
            try {
                found.load(new StringReader(text));
            } catch (IllegalArgumentException refused) {
                out.println("!");
                continue;
            }
            var answer = new StringBuilder("=");
            for (var key : found.stringPropertyNames()) {
                answer.append(' ').append(packed(key)).append(':').append(packed(found.getProperty(key)));
            }
            out.println(answer);
        }
        out.flush();
    }

    private static String packed(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_16BE));
    }
}
