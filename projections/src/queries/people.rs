//! Agents, departments, customers and the tenant's settings.

use chrono::{DateTime, Utc};
use docket_domain::agent::Availability;
use docket_domain::organisation::FieldDefinition;
use docket_domain::{HeldRole, Role, RoleId, TenantId, normal_email, normal_external_id};
use uuid::Uuid;

use super::chats::QUEUED;
use super::reader::{RowReader, all, one};
use super::tickets::NOT_DONE;
use super::words::{Finder, HITS};
use super::{Queries, cursor};
use crate::database::Sql;
use crate::error::ReadError;
use crate::table::{Cell, Column, Json};
use crate::viewer::Viewer;
use crate::views::*;
use crate::words::{Query, Tag, terms};

impl Queries {
    /// Every agent with their load, by name; at most as many as a tenant may have. With `search` only those with these words
    /// in name or address. Empty for customers.
    pub async fn agents(
        &self,
        viewer: &Viewer,
        department_id: Option<Uuid>,
        search: Option<&str>,
    ) -> Result<Vec<AgentView>, ReadError> {
        if viewer.is_customer() {
            return Ok(Vec::new());
        }
        let mut sql = select_agents(viewer);
        if let Some(department) = department_id {
            let department = sql.keep(Cell::Text(department.to_string()));
            let has = self.dialect().has("a.department_ids", &department);
            sql.push(" AND ").push(&has);
        }
        sql.push(" ORDER BY lower(a.name), a.id");
        let mut agents = all(self.fetch(viewer, sql).await?, read_agent)?;
        if let Some(search) = search {
            // They are few: an index would cost more than it finds.
            let tag = Tag::of(viewer.tenant.as_str());
            let query = Query::of(&tag, search);
            agents.retain(|agent| {
                let texts = [&agent.name, &agent.email].into_iter().flatten().map(String::as_str);
                query.as_ref().is_some_and(|query| query.finds(&terms(&tag, None, texts)))
            });
        }
        Ok(agents)
    }

    /// An agent. `None` for customers.
    pub async fn agent(&self, viewer: &Viewer, id: Uuid) -> Result<Option<AgentView>, ReadError> {
        if viewer.is_customer() {
            return Ok(None);
        }
        let mut sql = select_agents(viewer);
        sql.push(" AND a.id = ").value(&id);
        one(self.fetch(viewer, sql).await?, read_agent)
    }

    /// Who could take a chat by what they say and do: available, with places for chats, of one of the departments (of
    /// any, if none is named) and with all of the skills. Whether they may, and are there, is not known here.
    pub async fn agents_for_chats(
        &self,
        tenant: &TenantId,
        departments: &[Uuid],
        skills: &[String],
    ) -> Result<Vec<(Uuid, HeldRole)>, ReadError> {
        let viewer = Viewer::agent(tenant.clone(), Uuid::nil());
        let mut sql = Sql::new("SELECT id, role, custom_role_id FROM agents a WHERE tenant = ");
        sql.value(tenant).push(" AND active AND max_concurrent_chats > 0 AND availability = ");
        sql.value(&Availability::Available);
        if !departments.is_empty() {
            let any: Vec<_> = departments
                .iter()
                .map(|department| {
                    let department = sql.keep(Cell::Text(department.to_string()));
                    self.dialect().has("a.department_ids", &department)
                })
                .collect();
            sql.push(&format!(" AND ({})", any.join(" OR ")));
        }
        for skill in skills {
            let skill = sql.keep(Cell::Text(skill.clone()));
            let has = self.dialect().has("a.skills", &skill);
            sql.push(" AND ").push(&has);
        }
        sql.push(" ORDER BY id");
        all(self.fetch(&viewer, sql).await?, |row| {
            let (id, role, custom): (_, Role, Option<Uuid>) = (row.get()?, row.get()?, row.get()?);
            Ok((id, HeldRole::of(role, custom.map(RoleId))))
        })
    }

    /// Departments by name. A customer sees those that are offered.
    pub async fn departments(&self, viewer: &Viewer) -> Result<Vec<DepartmentView>, ReadError> {
        let mut sql = select_departments(viewer);
        sql.push(" ORDER BY lower(name), id");
        all(self.fetch(viewer, sql).await?, read_department)
    }

    /// A department. `None` if there is none the viewer may see.
    pub async fn department(&self, viewer: &Viewer, id: Uuid) -> Result<Option<DepartmentView>, ReadError> {
        let mut sql = select_departments(viewer);
        sql.push(" AND id = ").value(&id);
        one(self.fetch(viewer, sql).await?, read_department)
    }

    /// Customers that match, latest registered first. A customer sees only themselves.
    pub async fn customers(
        &self,
        viewer: &Viewer,
        filter: &CustomerFilter,
        page: &PageRequest,
    ) -> Result<Page<CustomerView>, ReadError> {
        const ORDER: &str = "registered";
        let place: Option<(DateTime<Utc>, Uuid)> = cursor::decode(ORDER, page.cursor.as_deref())?;
        if let Some((at, _)) = place {
            cursor::check_time(at)?;
        }
        let limit = page.limit();
        let asked = match &filter.search {
            Some(text) => Some(self.asked(viewer, text).await?),
            None => None,
        };
        let mut sql = select_customers(viewer, |sql| {
            let finder = Finder::new(sql, self.dialect(), viewer, asked.as_ref()?);
            // Several names of one person are one person.
            let found = finder.people(sql, HITS).map(|people| format!("SELECT DISTINCT q.id FROM ({people}) q"));
            Some(finder.from(found, "customers", "c"))
        });
        // A visitor who turned out to be somebody is no second person.
        sql.push(" AND c.merged_into IS NULL");
        if let Some(kind) = filter.kind {
            sql.push(" AND c.kind = ").value(&kind);
        }
        if let Some(email) = &filter.email {
            let key = sql.keep(Cell::Text(normal_email(email)));
            if viewer.is_customer() {
                sql.push(&format!(" AND c.email_key = {key}"));
            } else {
                // What a visitor stated is found under whom they turned out to be.
                let tenant = sql.keep(viewer.tenant.cell());
                sql.push(&format!(
                    " AND c.id IN (SELECT CASE WHEN m.merged_into IS NULL THEN m.id ELSE m.merged_into END FROM customers m WHERE m.tenant = {tenant} \
                     AND m.email_key = {key})"
                ));
            }
        }
        if let Some(external_id) = &filter.external_id {
            sql.push(" AND c.external_id = ").value(&normal_external_id(external_id));
        }
        if let Some((at, id)) = place {
            sql.push(" AND (c.registered_at, c.id) < (").value(&at).push(", ").value(&id).push(")");
        }
        sql.push(&format!(" ORDER BY c.registered_at DESC, c.id DESC LIMIT {}", limit + 1));
        let customers = all(self.fetch(viewer, sql).await?, read_customer)?;
        Ok(cursor::page(customers, limit, ORDER, |customer| (customer.registered_at, customer.id)))
    }

    /// A customer. A customer sees only themselves.
    pub async fn customer(&self, viewer: &Viewer, id: Uuid) -> Result<Option<CustomerView>, ReadError> {
        let mut sql = select_customers(viewer, |_| None);
        sql.push(" AND c.id = ").value(&id);
        one(self.fetch(viewer, sql).await?, read_customer)
    }

    /// The tenant's settings. `None` if there is no such tenant.
    pub async fn organisation(&self, viewer: &Viewer) -> Result<Option<OrganisationView>, ReadError> {
        let (fields, version) = if viewer.is_customer() {
            (self.dialect().empty_array(), "public_version")
        } else {
            ("custom_fields", "version")
        };
        let mut sql = Sql::new(&format!("SELECT name, time_zone, categories, {fields}, {version} FROM organisations"));
        sql.push(" WHERE tenant = ").value(&viewer.tenant);
        one(self.fetch(viewer, sql).await?, |row| {
            Ok(OrganisationView {
                name: row.get()?,
                time_zone: row.get()?,
                categories: row.get::<Json<Vec<String>>>()?.0,
                custom_fields: row.get::<Json<Vec<FieldDefinition>>>()?.0.into_iter().map(field_view).collect(),
                version: row.get()?,
            })
        })
    }
}

fn field_view(field: FieldDefinition) -> FieldView {
    let personal = field.is_personal();
    FieldView { name: field.name, label: field.label, field_type: field.field_type, options: field.options, personal }
}

fn select_agents(viewer: &Viewer) -> Sql {
    let mut sql = Sql::default();
    let tenant = sql.keep(viewer.tenant.cell());
    sql.push(&format!(
        "SELECT a.id, a.name, a.email, a.role, a.custom_role_id, \
         (SELECT r.name FROM roles r WHERE r.tenant = {tenant} AND r.id = a.custom_role_id), a.availability, a.active, a.department_ids, a.skills, \
         a.max_concurrent_chats, a.active_chats, (SELECT count(*) FROM tickets t WHERE t.tenant = {tenant} \
         AND t.assignee_id = a.id AND t.status IN {NOT_DONE} AND NOT t.archived AND NOT t.deleted), \
         (SELECT count(*) FROM tickets t WHERE t.tenant = {tenant} AND t.done_by = a.id AND t.done_at IS NOT NULL AND NOT t.archived AND NOT t.deleted), \
         a.chats_handled, (SELECT count(*) FROM ratings g WHERE g.tenant = {tenant} AND g.agent_id = a.id), \
         (SELECT CAST(coalesce(sum(g.rating), 0) AS bigint) FROM ratings g WHERE g.tenant = {tenant} AND g.agent_id = a.id), a.last_activity_at, a.registered_at, \
         a.version, (SELECT count(*) FROM chats h WHERE h.tenant = {tenant} AND h.agent_id = a.id \
         AND h.status IN {QUEUED}) FROM agents a WHERE a.tenant = {tenant}"
    ));
    sql
}

fn read_agent(row: &mut RowReader<'_>) -> Result<AgentView, ReadError> {
    let (id, name, email) = (row.get()?, row.get()?, row.get()?);
    let (role, custom_role_id): (Role, Option<Uuid>) = (row.get()?, row.get()?);
    let own_name: Option<String> = row.get()?;
    Ok(AgentView {
        id,
        name,
        email,
        role,
        custom_role_id,
        role_name: if custom_role_id.is_some() { own_name } else { Some(role.as_str().to_owned()) },
        availability: row.get()?,
        active: row.get()?,
        department_ids: row.get::<Json<Vec<Uuid>>>()?.0,
        skills: row.get::<Json<Vec<String>>>()?.0,
        max_concurrent_chats: row.get()?,
        active_chats: row.get()?,
        open_tickets: row.get()?,
        resolved_tickets: row.get()?,
        chats_handled: row.get()?,
        average_rating: {
            let (count, sum): (i64, i64) = (row.get()?, row.get()?);
            super::mean(count, sum)
        },
        last_activity_at: row.get()?,
        registered_at: row.get()?,
        version: row.get()?,
        offered_chats: row.get()?,
    })
}

fn select_departments(viewer: &Viewer) -> Sql {
    let mut sql = Sql::new("SELECT id, name, description, archived, version FROM departments WHERE tenant = ");
    sql.value(&viewer.tenant);
    if viewer.is_customer() {
        sql.push(" AND NOT archived");
    }
    sql
}

fn read_department(row: &mut RowReader<'_>) -> Result<DepartmentView, ReadError> {
    Ok(DepartmentView {
        id: row.get()?,
        name: row.get()?,
        description: row.get()?,
        archived: row.get()?,
        version: row.get()?,
    })
}

/// Selects customers, `c`, from all of them or from where `from` says. What they did is counted as lists count it: people of the
/// desk know of everybody who turned out to be the same person, whichever of them is asked for, and somebody themselves of those
/// who turned out to be them.
fn select_customers(viewer: &Viewer, from: impl FnOnce(&mut Sql) -> Option<String>) -> Sql {
    let mut sql = Sql::default();
    let from = from(&mut sql).unwrap_or_else(|| "customers c".to_owned());
    let whole = match viewer.is_customer() {
        true => "c.id",
        false => "CASE WHEN c.merged_into IS NULL THEN c.id ELSE c.merged_into END",
    };
    let all_of = |what: &str| {
        format!(
            "(SELECT r.{what} FROM customers r WHERE r.tenant = c.tenant AND r.id = {whole} UNION ALL \
             SELECT v.{what} FROM customers v WHERE v.tenant = c.tenant AND v.merged_into = {whole}) p"
        )
    };
    let sum = |what: &str| format!("CAST((SELECT coalesce(sum(p.{what}), 0) FROM {}) AS bigint)", all_of(what));
    sql.push(&format!(
        "SELECT c.id, c.kind, c.name, c.email, c.email_verified, c.stated_name, c.stated_email, c.phone, c.external_id, \
         c.merged_into, c.erased, {}, {}, c.registered_at, (SELECT max(p.last_activity_at) FROM {}), c.version FROM ",
        sum("ticket_count"),
        sum("chat_count"),
        all_of("last_activity_at"),
    ));
    sql.push(&from).push(" WHERE c.tenant = ");
    sql.value(&viewer.tenant);
    if viewer.is_customer() {
        sql.push(" AND c.id = ").value(&viewer.person_id);
    }
    sql
}

fn read_customer(row: &mut RowReader<'_>) -> Result<CustomerView, ReadError> {
    Ok(CustomerView {
        id: row.get()?,
        kind: row.get()?,
        name: row.get()?,
        email: row.get()?,
        email_verified: row.get()?,
        stated_name: row.get()?,
        stated_email: row.get()?,
        phone: row.get()?,
        external_id: row.get()?,
        merged_into: row.get()?,
        erased: row.get()?,
        ticket_count: row.get()?,
        chat_count: row.get()?,
        registered_at: row.get()?,
        last_activity_at: row.get()?,
        version: row.get()?,
    })
}
