// Package imports brings communities from elsewhere: dumps of Stack Exchange
// sites, and archives of posts as JSON lines.
//
// Promises:
//
//   - Nothing is brought twice. Each thing that is brought is remembered in the
//     same commit; a second run over the same files changes nothing, and a run
//     that was cut off is finished by the next. (On a store without transactions,
//     what was being written when the power failed may come twice.)
//   - Every row of the files is accounted for: it was brought, it was there
//     already, or the Report says under which reason it was left out.
//   - Bodies become Markdown only where nothing that a reader sees is lost by it.
//   - Memory grows with the number of rows, by some dozens of bytes for each, and
//     not with what they say.
package imports
