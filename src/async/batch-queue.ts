/**
 * Turns at a key: one piece of work at a time for each key, and whatever arrives while one is under way goes
 * together into the next. So a thousand writes to one file are a few dozen rewrites.
 */

/** Answers for the jobs, in their order. */
export type Work<Job, Answer> = (jobs: readonly Job[]) => Promise<readonly Answer[]>;

interface Waiting<Job, Answer> {
  readonly job: Job;
  readonly answer: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
}

/** Takes a key and a job, and gives the job's answer after its turn. Rejects only when `work` does. */
export function batchQueue<Job, Answer>(work: Work<Job, Answer>): (key: string, job: Job) => Promise<Answer> {
  const queues = new Map<string, Waiting<Job, Answer>[]>();

  async function drain(key: string, queue: Waiting<Job, Answer>[]): Promise<void> {
    while (queue.length > 0) {
      const turn = queue.splice(0);
      try {
        const answers = await work(turn.map(({ job }) => job));
        // `work` answers for each of its jobs.
        for (const [at, { answer }] of turn.entries()) answer(answers[at] as Answer);
      } catch (error) {
        for (const { reject } of turn) reject(error);
      }
    }
    queues.delete(key);
  }

  return (key, job) =>
    new Promise((answer, reject) => {
      const queue = queues.get(key);
      if (queue) {
        queue.push({ job, answer, reject });
        return;
      }
      const fresh = [{ job, answer, reject }];
      queues.set(key, fresh);
      void drain(key, fresh);
    });
}
