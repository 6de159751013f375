// The page's own words about what may become code (Trusted Types, ASVS 5.0.0 V3.7.5): strings may become markup,
// as htmx needs (the content policy keeps script out of it), but never a script or a script's address.
globalThis.trustedTypes?.createPolicy("default", { createHTML: (html) => html });
