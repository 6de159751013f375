// Everything here only adds comfort: each page works as plain links and forms without it.
import "./autosave.js";
import "./chips.js";
import "./counter.js";
import "./dialog.js";
import "./finder.js";
import "./hide.js";
import "./idle.js";
import "./menu.js";
import "./passkey.js";
import "./session.js";
import "./sticky.js";
import "./toast.js";
