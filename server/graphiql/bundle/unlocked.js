// Stands in for react-remove-scroll. The original keeps the page from scrolling
// behind a dialog, by a style sheet that it writes into the page, which the page's
// Content-Security-Policy refuses; this page never scrolls.
export function RemoveScroll({ children }) {
  return children;
}
