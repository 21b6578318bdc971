
// Elements of the page. A text enters it as text, whatever stands in it.

/** Make an element; a child that is a string becomes text, null none. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Cut a long text. */
function cut(text, length) {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

/** Write a number as the whole report does. */
function counted(number) {
  return number.toLocaleString("en");
}
