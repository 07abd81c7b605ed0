import { useEffect, useRef, useState } from "preact/hooks";
import { explain } from "./connection";

/** Calls `look` every so often until it says that there is nothing more to come; pauses while nobody can see it. */
export function usePolling(look: () => Promise<boolean>, milliseconds: number, begins: boolean): string | undefined {
  const [problem, setProblem] = useState<string>();
  const wish = useRef(look);
  wish.current = look;
  useEffect(() => {
    if (!begins) return undefined;
    let timer: number | undefined;
    let isOver = false;
    let failures = 0;
    const plan = () => {
      window.clearTimeout(timer);
      if (!isOver && !document.hidden) timer = window.setTimeout(() => void run(), milliseconds * 2 ** failures);
    };
    const run = async () => {
      try {
        isOver = isOver || !(await wish.current());
        failures = 0;
      } catch (error) {
        failures += 1;
        // One lost call is no news.
        if (failures >= 3) {
          isOver = true;
          setProblem(explain(error));
        }
      }
      plan();
    };
    plan();
    document.addEventListener("visibilitychange", plan);
    return () => {
      isOver = true;
      window.clearTimeout(timer);
      document.removeEventListener("visibilitychange", plan);
    };
  }, [begins]);
  return problem;
}
