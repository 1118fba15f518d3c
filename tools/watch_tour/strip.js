// The strip with which the tour tells what happens: put into the page by the browser's driver, styled without inline styles.
([step, total, who, words, why]) => {
  document.getElementById("vigie-tour")?.remove();
  const put = (parent, tag, text, style) => {
    const made = document.createElement(tag);
    made.textContent = text;
    for (const [name, value] of Object.entries(style)) made.style.setProperty(name, value);
    parent.appendChild(made);
    return made;
  };
  const strip = put(document.body, "aside", "", {
    position: "fixed", left: "50%", bottom: "14px", transform: "translateX(-50%)", width: "min(1080px, calc(100vw - 28px))",
    "box-sizing": "border-box", "z-index": "2147483647", "pointer-events": "none", display: "flex", gap: "16px", "align-items": "center",
    padding: "12px 18px", "border-radius": "10px", background: "#10243a", color: "#ffffff", border: "1px solid #4b6a8a",
    "box-shadow": "0 6px 24px rgb(0 0 0 / 35%)", font: "16px/1.4 system-ui, 'DejaVu Sans', sans-serif", "text-align": "left",
  });
  strip.id = "vigie-tour";
  strip.setAttribute("role", "note");
  strip.setAttribute("aria-label", "What happens");
  const left = put(strip, "div", "", { flex: "0 0 9.5em", "border-right": "1px solid #4b6a8a", "padding-right": "12px" });
  put(left, "div", `${step} of ${total}`, { "font-size": "13px", color: "#c4d6ea" });
  put(left, "div", who, { "font-weight": "700", "overflow-wrap": "anywhere" });
  const right = put(strip, "div", "", { flex: "1 1 auto" });
  put(right, "div", words, { "font-weight": "600" });
  put(right, "div", why, { color: "#d9e6f3" });
  document.body.style.setProperty("padding-bottom", `${strip.offsetHeight + 30}px`);
}
