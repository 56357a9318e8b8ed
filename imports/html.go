package imports

import (
	"regexp"
	"slices"
	"strings"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/strikethrough"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/table"
	"golang.org/x/net/html"

	"veche/community/text"
)

// keptTags have no sign in Markdown and mean something: they stay HTML.
var keptTags = []string{"kbd", "sub", "sup", "ins", "u", "mark", "small"}

var converting = newConverter()

func newConverter() *converter.Converter {
	c := converter.NewConverter(converter.WithPlugins(
		base.NewBasePlugin(),
		commonmark.NewCommonmarkPlugin(commonmark.WithListEndComment(false)),
		table.NewTablePlugin(),
		strikethrough.NewStrikethroughPlugin(),
	))
	for _, tag := range keptTags {
		c.Register.RendererFor(tag, converter.TagTypeInline, base.RenderAsHTML, converter.PriorityEarly)
	}
	return c
}

// fromHTML makes Markdown of HTML, with links relative to the page at origin
// made whole, and says whether it is Markdown: where converting would lose
// words, code, links or pictures, the HTML is kept, as it is unless Markdown
// would take a part of it for something else. origin may be empty.
func fromHTML(source, origin string) (body string, markdown bool) {
	want := gistOf(source, origin)
	var whole []converter.ConvertOptionFunc
	if origin != "" {
		whole = append(whole, converter.WithDomain(origin))
	}
	made, err := converting.ConvertString(source, whole...)
	if err == nil && want.within(gistOf(text.Render(made, nil).HTML, origin)) {
		return made, true
	}
	if want.within(gistOf(text.Render(source, nil).HTML, origin)) {
		return source, false
	}
	if block := oneBlock(source); want.within(gistOf(text.Render(block, nil).HTML, origin)) {
		return block, false
	}
	return source, false
}

var blankLines = regexp.MustCompile(`\n\s*\n`)

// oneBlock writes HTML so that Markdown takes all of it for one block of HTML
// (CommonMark 0.31, section 4.6, the sixth kind): within a block tag, without a
// blank line. Those of preformatted text become entities.
func oneBlock(source string) string {
	var b strings.Builder
	b.WriteString("<div>\n")
	z, preformatted := html.NewTokenizer(strings.NewReader(source)), 0
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		raw := string(z.Raw())
		if kind == html.TextToken && preformatted > 0 {
			b.WriteString(blankLines.ReplaceAllStringFunc(raw, func(run string) string {
				return strings.Replace(run, "\n", "&#10;", strings.Count(run, "\n")-1)
			}))
			continue
		}
		b.WriteString(blankLines.ReplaceAllString(raw, "\n"))
		if name, _ := z.TagName(); string(name) != "pre" {
			continue
		}
		if kind == html.StartTagToken {
			preformatted++
		} else {
			preformatted--
		}
	}
	b.WriteString("\n</div>")
	return b.String()
}

// gist is what a reader gets from a page.
type gist struct {
	words    string   // the text without its white space
	code     []string // preformatted text, line for line
	marks    []string // the names of kept tags
	links    []string
	pictures []string
}

// within says whether shown has all of it. A page may show more links, since
// bare addresses become links.
func (g gist) within(shown gist) bool {
	return g.words == shown.words && slices.Equal(g.code, shown.code) && slices.Equal(g.marks, shown.marks) &&
		slices.Equal(g.pictures, shown.pictures) &&
		!slices.ContainsFunc(g.links, func(link string) bool { return !slices.Contains(shown.links, link) })
}
