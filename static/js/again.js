// What was sent and got lost on the way is kept, and sent again by a button: the same values to the same address. If it
// had arrived after all, the server says so (the edition has passed), so nothing is done twice in silence.
export function again({ elt, target, verb, path, formData }) {
  const swap = target?.id === "builder" ? "outerHTML" : undefined;
  const source = elt.isConnected ? elt : target;
  if (source?.isConnected) window.htmx.ajax(verb, path, { source, target, swap, values: formData });
}
