export {
  isMade,
  type MadeVariant,
  type Provenance,
  type ProvenanceOptions,
  provenanceOf,
  provenanceType,
  subjectsOf,
} from './provenance.ts';
export { type Statement, type Subject, statement, statementType, subjectOf } from './statement.ts';
