// A table that is wider than the page scrolls inside a frame that the theme adds. The keyboard has to reach that frame
// (WCAG 2.1.1), and a screen reader has to know what it is.
const frames = () => {
  for (const frame of document.querySelectorAll(".md-typeset__scrollwrap")) {
    if (frame.scrollWidth > frame.clientWidth) {
      frame.setAttribute("tabindex", "0");
      frame.setAttribute("role", "group");
      frame.setAttribute("aria-label", "Table");
    } else {
      frame.removeAttribute("tabindex");
    }
  }
};

new MutationObserver(frames).observe(document.body, { childList: true, subtree: true });
addEventListener("resize", frames);
frames();
