// The chat box on the shop's pages: what the customer types goes out, answers come in as bubbles.
const box = document.querySelector(".chat");
const head = box.querySelector(".chat-head");
const bubbles = box.querySelector(".bubbles");
const form = box.querySelector("form");
const HELLO = "Hello! A person reads this. What can we do for you?";
let socket;
let wait = 250;
let known = -1;

const open = (yes) => head.setAttribute("aria-expanded", String(yes));

function bubble({ from, text }) {
  const item = document.createElement("li");
  item.className = { customer: "mine", team: "theirs" }[from] ?? "note";
  item.textContent = text;
  return item;
}

// The first view is what was said before: only news opens the box over a page that is being used.
function show({ messages }) {
  const news = messages.length > known && (known >= 0 || box.dataset.open === "if-said");
  known = messages.length;
  bubbles.replaceChildren(bubble({ from: "note", text: HELLO }), ...messages.map(bubble));
  if (news && known) open(true);
  bubbles.scrollTop = bubbles.scrollHeight;
}

function connect() {
  socket = new WebSocket(new URL(box.dataset.socket, location.href.replace(/^http/, "ws")));
  socket.onmessage = (event) => { wait = 250; show(JSON.parse(event.data)); };
  socket.onclose = () => { setTimeout(connect, wait); wait = Math.min(wait * 2, 5000); };
}

head.onclick = () => open(head.getAttribute("aria-expanded") !== "true");
form.onsubmit = (event) => {
  event.preventDefault();
  const text = form.elements.text.value.trim();
  if (!text || socket.readyState !== WebSocket.OPEN) return;
  socket.send(JSON.stringify({ text, page: location.href }));
  form.reset();
};
box.hidden = false;
open(box.dataset.open === "yes");
connect();
