//! Expressions over named whole numbers. A published language (CEL) instead of code, so that a jurist can read and a
//! second implementation can check them; cut down to what is pure: integer literals, names, operators. No function, no
//! text, no floating point, nothing that depends on anything but the numbers given.

use std::sync::{Arc, LazyLock};

use cel::{Context, Env, Program, Value};

/// Operators by their names in CEL's syntax tree; everything else that looks like a call is refused.
const OPERATORS: [&str; 15] =
    ["_+_", "_-_", "_*_", "_/_", "_%_", "-_", "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_&&_", "_||_", "!_"];

/// Built once: the operators of the language are the same for every expression.
static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// A compiled expression.
#[derive(Debug)]
pub struct Expression {
    text: String,
    program: Program,
    names: Vec<String>,
}

/// Why a text is no expression that may stand in a rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionError {
    /// It is not CEL.
    #[error("`{text}` is not an expression: {fault}")]
    Syntax {
        /// The text.
        text: String,
        /// What the parser says.
        fault: String,
    },
    /// It uses a name that means nothing there.
    #[error("`{text}` uses the unknown name `{name}`")]
    UnknownName {
        /// The text.
        text: String,
        /// The name.
        name: String,
    },
    /// It calls a function or uses a form outside the pure part of the language.
    #[error("`{text}` uses `{form}`, which rules may not")]
    Impure {
        /// The text.
        text: String,
        /// The function or form.
        form: String,
    },
}

/// Why an expression has no value for the numbers given: overflow, division by zero, or the wrong type of result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` has no value: {fault}")]
pub struct EvaluationError {
    /// The expression.
    pub text: String,
    /// What went wrong.
    pub fault: String,
}

impl Expression {
    /// Compiles `text`, in which only the names that `known` admits may occur.
    ///
    /// # Errors
    /// [`ExpressionError`].
    pub fn compile(text: &str, known: impl Fn(&str) -> bool) -> Result<Self, ExpressionError> {
        let owned = || text.to_owned();
        // Literals of other types and macros would pass as operators' operands: the characters that make them
        // (quotes, brackets, dots, question marks) have no place in integer arithmetic.
        if let Some(c) = text.chars().find(|c| !c.is_ascii() || "\"'`[]{}.?:,@\\#$".contains(*c)) {
            return Err(ExpressionError::Impure { text: owned(), form: c.to_string() });
        }
        let program =
            Program::compile(text).map_err(|e| ExpressionError::Syntax { text: owned(), fault: e.to_string() })?;
        let references = program.references();
        if let Some(form) = references.functions().into_iter().filter(|f| !OPERATORS.contains(f)).min() {
            return Err(ExpressionError::Impure { text: owned(), form: form.to_owned() });
        }
        let mut names: Vec<String> = references.variables().into_iter().map(str::to_owned).collect();
        names.sort_unstable();
        if let Some(name) = names.iter().find(|name| !known(name)) {
            return Err(ExpressionError::UnknownName { text: owned(), name: name.clone() });
        }
        drop(references);
        Ok(Expression { text: owned(), program, names })
    }

    /// The text as written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names that it reads, sorted.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }
}

/// The named numbers that expressions are evaluated on.
pub struct Numbers(Context<'static, 'static>);

impl Numbers {
    /// Takes the numbers.
    pub fn of<'n>(numbers: impl IntoIterator<Item = (&'n str, i64)>) -> Self {
        let mut context = Context::with_env(ENVIRONMENT.clone());
        for (name, number) in numbers {
            context.add_variable_from_value(name, number);
        }
        Numbers(context)
    }

    /// The value of an expression that counts.
    ///
    /// # Errors
    /// [`EvaluationError`].
    pub fn integer(&self, expression: &Expression) -> Result<i64, EvaluationError> {
        match self.value(expression)? {
            Value::Int(number) => Ok(number),
            other => Err(fault(expression, format!("{other:?} is not a whole number"))),
        }
    }

    /// The value of an expression that judges.
    ///
    /// # Errors
    /// [`EvaluationError`].
    pub fn truth(&self, expression: &Expression) -> Result<bool, EvaluationError> {
        match self.value(expression)? {
            Value::Bool(truth) => Ok(truth),
            other => Err(fault(expression, format!("{other:?} is neither true nor false"))),
        }
    }

    fn value(&self, expression: &Expression) -> Result<Value, EvaluationError> {
        expression.program.execute(&self.0).map_err(|e| fault(expression, e.to_string()))
    }
}

fn fault(expression: &Expression, fault: String) -> EvaluationError {
    EvaluationError { text: expression.text.clone(), fault }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str) -> bool {
        ["successful", "concluded", "c1", "c2"].contains(&name)
    }

    fn compile(text: &str) -> Result<Expression, ExpressionError> {
        Expression::compile(text, known)
    }

    #[test]
    fn a_threshold_is_decided_on_whole_numbers() {
        let rule = compile("100 * successful >= 90 * concluded").unwrap();
        assert_eq!(rule.names(), ["concluded", "successful"]);
        let met = |s, c| Numbers::of([("successful", s), ("concluded", c)]).truth(&rule).unwrap();
        assert!(met(9, 10) && met(0, 0) && met(1, 1));
        assert!(!met(89_999, 100_000), "89.999 % prints as 90.00 and is below");
    }

    #[test]
    fn the_operators_of_arithmetic_and_logic_work() {
        let numbers = Numbers::of([("c1", 7), ("c2", -2)]);
        let integer = |text: &str| numbers.integer(&compile(text).unwrap()).unwrap();
        assert_eq!((integer("c1 + c2 * 2"), integer("(c1 - 1) / 2"), integer("-c1 % 4"), integer("0")), (3, 3, -3, 0));
        let truth = |text: &str| numbers.truth(&compile(text).unwrap()).unwrap();
        assert!(truth("c1 == 7 && !(c2 > 0) || c1 != 7") && truth("c1 >= 7 && c2 <= -2 && c2 < 0"));
    }

    #[test]
    fn what_is_not_arithmetic_on_known_names_is_refused() {
        for text in
            ["size('a')", "[1, 2].map(x, x)", "c1.c2", "'a' == 'a'", "1.5 > 1.0", "c1 ? 1 : 2", "{}", "c1[0]", "ờ"]
        {
            assert!(matches!(compile(text), Err(ExpressionError::Impure { .. })), "{text}");
        }
        assert!(matches!(compile("int(c1)"), Err(ExpressionError::Impure { .. })));
        assert!(matches!(compile("c1 in c2"), Err(ExpressionError::Impure { .. })));
        assert!(matches!(compile("c1 +"), Err(ExpressionError::Syntax { .. })));
        assert!(matches!(compile("now > 1"), Err(ExpressionError::UnknownName { .. })));
    }

    #[test]
    fn overflow_division_by_zero_and_wrong_types_have_no_value() {
        let numbers = Numbers::of([("c1", i64::MAX), ("c2", 0)]);
        for text in ["c1 + 1", "c1 * 2", "c1 / c2", "c1 % c2", "c1 > 0"] {
            assert!(numbers.integer(&compile(text).unwrap()).is_err(), "{text}");
        }
        assert!(numbers.truth(&compile("c1").unwrap()).is_err());
    }

    /// Compiled once, shared by every request.
    #[test]
    fn an_expression_can_be_shared_by_threads() {
        fn shared<T: Send + Sync>(_: &T) {}
        shared(&compile("c1").unwrap());
    }
}
