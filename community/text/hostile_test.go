package text_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"veche/community/text"
)

// hostile builds inputs that make naive parsers of Markdown or HTML take
// quadratic time, deep recursion or endless output. Each takes a size in bytes.
var hostile = map[string]func(size int) string{
	"nested brackets":    halves("[", "]"),
	"nested links":       halves("[", "](a)"),
	"nested pictures":    halves("![", "](a)"),
	"wavering emphasis":  halves("a**b", "c* "),
	"nested emphasis":    halves("*a **a ", " a** a*"),
	"nested bold HTML":   halves("<b>", "<p>x</p>"),
	"crossed HTML":       halves("<b><i>", "</b></i>"),
	"crossed containers": halves("<div>\n\n> <div>\n\n", "</div></blockquote>\n\n"),
	"unmatched ends":     halves("<em>", "</strong>"),
	"coded ticks":        halves("`a", "``"),
	"lazy quote":         func(n int) string { return strings.Repeat(">", n/2) + "a\n" + repeat("a\n", n/2) },
	"blank quote":        func(n int) string { return strings.Repeat(">", n/2) + "a\n" + repeat(">\n", n/2) },
	"lazy list":          func(n int) string { return repeat("- ", n/2) + "a\n" + repeat("a\n", n/2) },
	"blank list":         func(n int) string { return repeat("- ", n/2) + "a\n" + repeat("\n", n/2) },
	"deep quotes":        func(n int) string { return repeat(strings.Repeat(">", 4000)+"a\n", n) },
	"growing list":       growing(func(i int) string { return strings.Repeat("  ", i) + "* a\n" }),
	"growing ticks":      growing(func(i int) string { return strings.Repeat("`", i+1) + "a" }),
	"wide table": func(n int) string {
		return repeat("|a", n/8) + "\n" + repeat("|-", n/8) + "\n" + repeat("|\n", n*6/8)
	},
	"piped code": func(n int) string { return "a|b\n-|-\n" + repeat("`\\|`|b\n", n) },
	"many notes": func(n int) string {
		return growing(func(i int) string { return fmt.Sprintf("[^%d]: x\n\n", i) })(n/2) +
			growing(func(i int) string { return fmt.Sprintf("[^%d]", i) })(n/2)
	},
	"many definitions": func(n int) string {
		return growing(func(i int) string { return fmt.Sprintf("[%d]: x\n", i) })(n/2) +
			growing(func(i int) string { return fmt.Sprintf("[%d]", i) })(n/2)
	},
	"long definition": func(n int) string {
		return "[a]: http://a/" + strings.Repeat("b", n/2) + "\n\n" + repeat("[a] ", n/2)
	},
	"long titles":     func(n int) string { return "[a]: b '" + strings.Repeat("&", n/2) + "'\n\n" + repeat("![a] ", n/2) },
	"lone mark":       func(n int) string { return "a" + repeat("\u0301", n) },
	"distinct fonts":  growing(func(i int) string { return fmt.Sprintf("<abbr title=%d>", i) }),
	"distinct links":  growing(func(i int) string { return fmt.Sprintf("http://a.b/%d ", i) }),
	"one attribute":   func(n int) string { return "<a href='" + strings.Repeat("&amp;", n/5) + "'>" },
	"many attributes": func(n int) string { return "<a" + repeat(" b=c", n) + ">" },
}

// repeated are the signs and scraps that are hostile when they come alone.
var repeated = []string{
	">", "> ", ">\n", ">\t", "- ", "- a\n", "+ ", "1. ", "1)\n", "* * * a\n", "-\t", "- + ", "*\n",
	"[", "![", "]", "[]", "[](", "[a](b", "[a](<b", "[a](b \"", "[a](b (", "![a](", "[a](b)", "[a][b", "[a]", "[a]: b\n",
	"[a]:\n", "[a]: u '\n", "[\n", "[^a]: ", "[^a]: b\n", "[^a", "[^a]: b\n\n[^a]\n\n", "- [ ]", "- [ ] a\n",
	"*", "_", "~", "* a ", "*a ", "a* ", "*a_ ", "*a **a ", "a*b_c*", "*a ~b _c ", "***a ", "~~a~~", "a~b~~c ", "_a_ ", "*-",
	"<", "<a ", "<a x='", "<!--", "<!--a\n\nb", "<?", "<!A", "<![CDATA[", "x<a\n", "x <a b=\"c\" ", "x<x y='z' ", "</b>",
	"<b>", "<div>\n\n", "<table><b>", "</p>", "</br>", "<a href=x>", "<img src=x>", "<textarea>", "<script>", "<plaintext>", "<svg><p>",
	"<https:", "<a@b.c>", "http://a.b", "(http://a.b", " http://a.b(", " http://a.b)", "www.", " www.a.b)", "www.a.b;", "http://a.b&amp;",
	" a@b", "_a@b.c-", "a@a.", "@ab ", "@ab@ab", "@a.", "*@", "@_", "@аб", "a@b.c", "....", ":://",
	"`", "`\n\n", "``a```", "```\n", "~~~a\n", "``` a`\n", "&", "&aaa", "&#1", "&#x202e;", "\\", "\\a", "\\\n",
	"#", "# a\n", "a\n===\n", "a\n-\n", "|", "|a", "|a|\n|-|\n", "-|\n", "a|b\n-|-\n", "0\n-:\n-\n", "a|\n-|\n", "|-",
	"a\n", "\n", " ", "\t", "a  \n", "         a\n", "\r", "\x00", "\u202e", "\ufeff", "ё ", "\u0301", "a\u200d",
}

func repeat(s string, size int) string { return strings.Repeat(s, size/len(s)+1)[:size] }

func halves(first, second string) func(int) string {
	return func(n int) string { return repeat(first, n/2) + repeat(second, n/2) }
}

func growing(line func(int) string) func(int) string {
	return func(n int) string {
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			b.WriteString(line(i))
		}
		return b.String()
	}
}

func TestHostileInput(t *testing.T) {
	const small = 4 << 10
	large := 64 << 10
	if raceDetector {
		large /= 4
	}
	for name, build := range hostile {
		t.Run(name, func(t *testing.T) {
			checkSafe(t, text.Render(build(small), nil).HTML)
			checkQuick(t, build(large))
		})
	}
	for _, s := range repeated {
		t.Run(fmt.Sprintf("%q", s), func(t *testing.T) {
			checkSafe(t, text.Render(repeat(s, small), nil).HTML)
			checkQuick(t, repeat(s, large))
		})
	}
}

// checkQuick puts the input through all that takes text of any length. The
// limit is generous, as the slowest takes a tenth of a second; a machine that is
// busy with other things gets two more tries.
func checkQuick(t *testing.T, input string) {
	const limit, tries = 2 * time.Second, 3
	for try := 1; ; try++ {
		start := time.Now()
		if size := readAll(input); size > 32*len(input) {
			t.Errorf("%d bytes became %d", len(input), size)
		}
		took := time.Since(start)
		if took < limit {
			return
		}
		if try == tries {
			t.Fatalf("took %v", took)
		}
	}
}

// readAll answers the size of the page that the input makes.
func readAll(input string) int {
	text.MentionKeys(input)
	_, _ = text.Markdown("body", input, 1, len(input))
	_, _ = text.Line("title", input, 1, len(input))
	_, _, _ = text.Handle("handle", input)
	_, _, _ = text.Email("email", input)
	_, _ = text.Tags("tags", []string{input}, 1)
	text.HandleFrom(input)
	text.Slug(input, text.MaxSlug)
	return len(text.Render(input, map[string]string{"ab": "ab"}).HTML)
}
