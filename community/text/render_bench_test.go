package text_test

import (
	"testing"

	"veche/community/text"
)

// posts are what people write: 600 runes or so each.
var posts = map[string]string{
	"russian": `Привет, @вася-пупкин! Я посмотрел твоё предложение про **горячие клавиши** и думаю вот что:

1. Сочетание ` + "`Ctrl+K`" + ` уже занято поиском, см. [обсуждение](https://forum.example.com/topics/hotkeys?page=2).
2. На Маке удобнее *Cmd*, иначе придётся переучиваться.
3. Настройка нужна в профиле, а не только в файле.

> Можно сделать переключатель, как в редакторе.

Согласен, но тогда его надо описать в базе знаний: https://ru.wikipedia.org/wiki/Клавиатура. Ещё хорошо бы спросить @jon.skeet, он делал похожее в прошлом году и знает, где подводные камни.

` + "```go\nkeys := map[string]Action{\"ctrl+k\": Search}\nfmt.Println(keys)\n```\n",
	"english": `Thanks for the report, @jon.skeet! I could reproduce it on **1.4.2** with these steps:

- open a board with more than *50* ideas,
- sort by votes and scroll to the end,
- press ` + "`End`" + ` twice.

> The page jumps back to the top.

It looks like the cursor is lost when two ideas have the same score, see [the earlier topic](https://forum.example.com/topics/cursor-lost) and https://example.com/issues/1234 for the details. A fix is on its way; until then, sorting by date works around it.

` + "```json\n{\"first\": 20, \"after\": null}\n```\n",
	"html": `<p>I like your idea, but with <b>one</b> change: <a href="https://example.com/a?b=c">see here</a>.</p>

<ul>
<li>First, the list should be sorted.</li>
<li>Second, <code>null</code> must be refused &amp; reported.</li>
</ul>

<blockquote>
  <p>It is what it is.</p>
</blockquote>

<p>And <em>then</em> we can go on: the rest of the text is here so that the post has the usual length of a post, which is about six hundred characters, or even some more of them than that, to be fair.</p>

<pre><code>SELECT * FROM posts;
</code></pre>
`,
}

func BenchmarkRender(b *testing.B) {
	handles := map[string]string{"jon.skeet": "Jon.Skeet", "вася-пупкин": "Вася-Пупкин"}
	for name, post := range posts {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(post)))
			for b.Loop() {
				text.Render(post, handles)
			}
		})
	}
}

func BenchmarkMentionKeys(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		text.MentionKeys(posts["russian"])
	}
}

func BenchmarkMarkdown(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, _ = text.Markdown("body", posts["russian"], 1, 10_000)
	}
}

func BenchmarkLine(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, _ = text.Line("title", "Как настроить горячие клавиши в редакторе?", 1, 150)
	}
}
