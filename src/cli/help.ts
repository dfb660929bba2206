import { buildCommand } from '@stricli/core';
import { type Topic, topics, topicTexts, topicWords } from '../messages/topics.ts';
import type { Context } from './context.ts';
import { UsageError } from './exit.ts';
import { said } from './language.ts';

export const helpCommand = buildCommand<object, [string?], Context>({
  docs: {
    brief: said(
      'what is not about one command: stages, caches, exit codes, captures, safety …',
      '不限于某一命令的帮助:阶段、缓存、退出码、采样、安全……',
    ),
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [
        { brief: said('left out: lists the topics', '省略则列出各主题'), parse: String, placeholder: 'TOPIC|COMMAND', optional: true },
      ],
    },
  },
  func(_flags, topic) {
    const words = topicWords[this.language];
    const texts = topicTexts[this.language];
    if (topic === undefined) {
      this.out(`${words.list}\n${topics.map((each) => `  ${each.padEnd(12)} ${texts[each].title}\n`).join('')}`);
      return;
    }
    if (!isTopic(topic)) throw new UsageError(words.none(topic));
    this.out(`${texts[topic].title}\n\n${texts[topic].text}\n`);
  },
});

function isTopic(text: string): text is Topic {
  return topics.some((topic) => topic === text);
}
