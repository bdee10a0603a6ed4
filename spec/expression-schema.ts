import { factTypes } from '@selvedge/core/route';

const expression = { $ref: '#/definitions/Expression' };

/** `["operator", operand, …]`: exactly these operands. */
const form = (operators: readonly string[], ...operands: readonly object[]) => ({
  type: 'array',
  items: [{ type: 'string', enum: operators }, ...operands],
  additionalItems: false,
  minItems: operands.length + 1,
});

/**
 * The JSON Schema of a policy's expression trees. The form only: that a comparison has two of one
 * type is judged when a device compiles the tree.
 */
export const expressionSchema = {
  description: 'An expression tree: the operator, then its operands.',
  anyOf: [
    form(['lit'], {
      anyOf: [
        { type: 'string' },
        { type: 'number' },
        { type: 'boolean' },
        { type: 'array', items: { type: 'string' }, maxItems: 256 },
        { type: 'array', items: { type: 'number' }, maxItems: 256 },
      ],
    }),
    form(['fact', 'has'], { type: 'string', enum: Object.keys(factTypes) }),
    form(['not'], expression),
    {
      type: 'array',
      items: [{ type: 'string', enum: ['and', 'or'] }],
      additionalItems: expression,
      minItems: 2,
      maxItems: 256,
    },
    form(
      ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'in', 'add', 'sub', 'mul', 'div'],
      expression,
      expression,
    ),
  ],
};
