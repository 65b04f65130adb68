/** A worker that says its name and what it heard. */
addEventListener('message', ({ data }) => postMessage({ name: self.name, heard: data }));
