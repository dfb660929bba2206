import type { NextExam } from '../src/model/diagnosis.ts';
import { nextLine } from '../src/record/sentences.ts';
import { useWords } from './state.ts';

/** Examinations that would decide, each with its burden and its command. */
export function NextExams({ exams }: { readonly exams: readonly NextExam[] }) {
  const { page, report, language } = useWords();
  if (exams.length === 0) return <p class="empty">{page.empty.next}</p>;
  const stages: Readonly<{ [exam: string]: string }> = report.stages;
  return (
    <ul class="said">
      {exams.map((exam) => (
        <li key={exam.command.join(' ')}>
          <span class="tag">{stages[exam.exam] ?? exam.exam}</span> {nextLine(exam, language)}
        </li>
      ))}
    </ul>
  );
}
