/** Commands as a person may paste them: quoted word by word where a shell would read more into them. */
export { shellLine } from '../host/shell.ts';
