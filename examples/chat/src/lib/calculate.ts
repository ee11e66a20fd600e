const PRIORITY: Readonly<Record<string, number>> = { '+': 1, '-': 1, '*': 2, '/': 2, '^': 3 };

const apply = (operator: string, left: number, right: number): number => {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    default:
      return left ** right;
  }
};

/** The value of an expression with + - * / ^ and brackets. Throws where it is none: a model's text is never run as code. */
export const calculate = (expression: string): number => {
  const tokens = expression.match(/\d+(?:\.\d+)?|[-+*/^()]|\S/g) ?? [];
  let at = 0;
  const operand = (): number => {
    const token = tokens[at++];
    if (token === '-') return -product(3);
    if (token === '(') {
      const value = product(1);
      if (tokens[at++] !== ')') throw new Error('A bracket is not closed.');
      return value;
    }
    if (token === undefined || !/^\d/.test(token))
      throw new Error(`"${token ?? 'The end'}" is not a number.`);
    return Number(token);
  };
  /** Operators of that priority or more, from the left; powers from the right. */
  const product = (least: number): number => {
    let value = operand();
    for (;;) {
      const operator = tokens[at] ?? '';
      const priority = PRIORITY[operator] ?? 0;
      if (priority === 0 || priority < least) return value;
      at += 1;
      value = apply(operator, value, product(operator === '^' ? priority : priority + 1));
    }
  };
  const value = product(1);
  if (at < tokens.length) throw new Error(`"${tokens[at] ?? ''}" stands where it means nothing.`);
  return value;
};
