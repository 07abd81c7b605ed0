import { useEffect, useRef, useState } from "preact/hooks";

interface Watched<T> {
  state: T;
  watch(watcher: () => void): () => void;
}

/** What `pick` takes of a state, drawn again only when that changes. */
export function useWatched<T, P>(from: Watched<T>, pick: (state: T) => P): P {
  const [, redraw] = useState(0);
  const shown = useRef<P>(undefined as P);
  shown.current = pick(from.state);
  useEffect(() => {
    const look = () => {
      if (!Object.is(pick(from.state), shown.current)) redraw((count) => count + 1);
    };
    look();
    return from.watch(look);
  }, [from]);
  return shown.current;
}
