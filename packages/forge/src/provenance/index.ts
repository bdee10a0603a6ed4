export {
  isMade,
  type MadeVariant,
  type Provenance,
  type ProvenanceOptions,
  provenanceOf,
  subjectsOf,
} from './provenance.ts';
export { type Statement, type Subject, statement, subjectOf } from './statement.ts';
