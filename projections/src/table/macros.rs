//! `table!`: a row struct, its key struct, and what the writers need to know of them, from one declaration.

/// Declares a table's row.
///
/// ```text
/// table! {
///     /// A department.
///     DepartmentRow / DepartmentKey in "departments" {
///         key { tenant: TenantId, id: Uuid }
///         plain { name: String }
///         personal of data_subject { nickname: Option<String> }   // optional
///         words of opened_position { nickname }                   // optional: personal columns it is found by
///     }
/// }
/// ```
macro_rules! table {
    ($(#[$doc:meta])* $row:ident / $key:ident in $table:literal {
        key { $($k:ident: $kt:ty),+ $(,)? }
        plain { $($p:ident: $pt:ty),+ $(,)? }
        $(personal of $subject:ident { $($s:ident: $st:ty),+ $(,)? })?
        $(words of $rowid:ident { $($w:ident),+ $(,)? })?
    }) => {
        #[doc = concat!("What tells rows of `", $table, "` apart.")]
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub(crate) struct $key { $(pub(crate) $k: $kt),+ }

        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub(crate) struct $row {
            $(pub(crate) $k: $kt,)+
            $(pub(crate) $p: $pt,)+
            $($(pub(crate) $s: $st,)+)?
        }

        impl $crate::table::TableRow for $row {
            type Key = $key;
            const SPEC: $crate::table::TableSpec = $crate::table::TableSpec {
                name: $table,
                columns: &[
                    $($crate::table::table!(@column $k: $kt, false),)+
                    $($crate::table::table!(@column $p: $pt, false),)+
                    $($($crate::table::table!(@column $s: $st, true),)+)?
                ],
                key: [$(stringify!($k)),+].len(),
                data_subject: $crate::table::table!(@subject $($subject)?),
                words: $crate::table::table!(@words $($rowid $($w)+)?),
            };
            fn key(&self) -> $key {
                $key { $($k: self.$k.clone()),+ }
            }
            fn key_cells(key: &$key, out: &mut Vec<$crate::table::Cell>) {
                $(out.push($crate::table::Column::cell(&key.$k));)+
            }
            fn cells(&self, out: &mut Vec<$crate::table::Cell>) {
                $(out.push($crate::table::Column::cell(&self.$k));)+
                $(out.push($crate::table::Column::cell(&self.$p));)+
                $($(out.push($crate::table::Column::cell(&self.$s));)+)?
            }
            fn read(row: &mut $crate::table::DbRow) -> Result<Self, sqlx::Error> {
                let mut column = 0_usize..;
                let mut next = || column.next().unwrap_or(usize::MAX);
                Ok(Self {
                    $($k: $crate::table::Column::read(row, next())?,)+
                    $($p: $crate::table::Column::read(row, next())?,)+
                    $($($s: $crate::table::Column::read(row, next())?,)+)?
                })
            }
            fn changed(&self, before: &Self) -> u64 {
                let mut changed = 0;
                let mut bit = 1_u64;
                $(let _ = stringify!($k); bit <<= 1;)+
                $(if self.$p != before.$p { changed |= bit; } bit <<= 1;)+
                $($(if self.$s != before.$s { changed |= bit; } bit <<= 1;)+)?
                let _ = bit;
                changed
            }
            fn data_subject(&self) -> Option<(&docket_domain::TenantId, uuid::Uuid)> {
                $(if let Some(person) = self.$subject { return Some((&self.tenant, person)); })?
                None
            }
            fn scrub(&mut self) {
                $($(self.$s = None;)+)?
            }
        }
    };
    (@column $name:ident: $kind:ty, $personal:literal) => {
        $crate::table::ColumnSpec {
            name: stringify!($name),
            kind: <$kind as $crate::table::Column>::TYPE,
            personal: $personal,
        }
    };
    (@words $rowid:ident $($word:ident)+) => {
        Some($crate::table::WordsSpec { columns: &[$(stringify!($word)),+], rowid: stringify!($rowid) })
    };
    (@words) => { None };
    (@subject $subject:ident) => { Some(stringify!($subject)) };
    (@subject) => { None };
}
pub(crate) use table;
