// Package text is the one place that handles what people write: it checks
// names, handles, addresses, tags and posts before they are kept, and turns
// Markdown into HTML that is safe to show.
//
// Its promises:
//
//   - What a check returns is valid UTF-8 in Unicode normal form C (handles and
//     tags: KC), and passes the same check again unchanged.
//   - A refusal is a BAD_INPUT of package community with the field that was
//     given; no other error is returned.
//   - Lengths are counted in runes of the normal form, so that a client gets
//     the same number from [...s.normalize()].length.
//   - HTML from Render holds no script, style, form, frame or event attribute,
//     links to http, https, mailto and relative addresses only, and every
//     element in it is closed, whatever the Markdown was.
//   - Every function takes time in proportion to its input, or nearly so, also
//     for input made to be slow, and may be called from many goroutines.
package text
