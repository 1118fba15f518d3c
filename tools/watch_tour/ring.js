// Brings a place of the page into view and rings it.
(place) => {
  place.style.setProperty("scroll-margin-top", "64px");
  place.scrollIntoView({ block: place.offsetHeight > 420 ? "start" : "center" });
  place.style.setProperty("outline", "3px solid #d9822b");
  place.style.setProperty("outline-offset", place.tagName === "TR" ? "-3px" : "3px");
}
