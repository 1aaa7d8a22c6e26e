// What is wrong with the pages. A fault is printed when it is found: a run that
// breaks off has told all that it saw.
let count = 0;

/** Prints a fault and counts it. */
export function fault(text) {
  count += 1;
  console.error(`FAULT ${text}`);
}

/** How many faults there were. */
export const faultCount = () => count;

/** Waits for a part of the run; its failure is a fault of that name, and gives `null`. */
export const guarded = (name, part) =>
  part.catch((error) => {
    fault(`${name}: ${error.message.split("\n")[0]}`);
    return null;
  });
