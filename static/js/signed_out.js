// Whoever is signed out meanwhile keeps what she sees and what she wrote. Figures that look again tell it once.
import { toast } from "./toast.js";

const SEEN = "You are signed out. What you see may be old.";
const LOST = "You are signed out, so this was not saved. Copy what you wrote, then sign in.";
let isTold = false;

document.addEventListener("signedOut", ({ detail: { at, lost } }) => {
  if (!isTold || lost) toast(lost ? LOST : SEEN, { tone: "bad", label: "Sign in", href: at });
  isTold = true;
});
