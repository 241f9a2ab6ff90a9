//! The read side of the desk: pure folds into tables, and the queries over them.
