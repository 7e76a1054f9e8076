using Npgsql;

namespace ProdReady.BackupWorker.Dumping;

/// <summary>
/// The roles of a database, for people who read its manifest. It knows neither owners of subscriptions nor all that initdb's superuser
/// owns: a restore, which the first missing role would end, goes by the statements of the archive itself.
/// </summary>
/// <param name="Owners">Roles that own something in the database.</param>
/// <param name="Grantees">Roles that have privileges in it or that a policy names.</param>
internal sealed record DatabaseRoles(IReadOnlyList<string> Owners, IReadOnlyList<string> Grantees)
{
    /// <summary>Roles of whom the archive sets default privileges.</summary>
    public IReadOnlyList<string> Defaulters { get; init; } = [];

    // pg_shdepend knows every role but the predefined ones (which every server has) and the one that initdb made, whose
    // name differs between servers. What belongs to an extension comes with CREATE EXTENSION, without its owner.
    private const string Sql =
        """
        WITH extended AS (
            SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'
        ), own AS (
            SELECT oid FROM pg_catalog.pg_namespace WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'
        ), used AS (
            SELECT s.refobjid AS role, s.deptype = 'o' AS owns, s.deptype = 'o' AND s.classid = 'pg_catalog.pg_default_acl'::regclass AS defaults
            FROM pg_catalog.pg_shdepend s
            WHERE s.refclassid = 'pg_catalog.pg_authid'::regclass
              AND s.dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
              AND s.classid <> 'pg_catalog.pg_extension'::regclass
              AND NOT EXISTS (SELECT FROM extended e WHERE e.classid = s.classid AND e.objid = s.objid)
            UNION
            SELECT c.relowner, true, false FROM pg_catalog.pg_class c
            WHERE c.relnamespace IN (SELECT oid FROM own)
              AND NOT EXISTS (SELECT FROM extended e WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid)
            UNION
            SELECT p.proowner, true, false FROM pg_catalog.pg_proc p
            WHERE p.pronamespace IN (SELECT oid FROM own)
              AND NOT EXISTS (SELECT FROM extended e WHERE e.classid = 'pg_catalog.pg_proc'::regclass AND e.objid = p.oid)
            UNION
            SELECT n.nspowner, true, false FROM pg_catalog.pg_namespace n WHERE n.oid IN (SELECT oid FROM own)
        )
        SELECT r.rolname, bool_or(u.owns), bool_or(u.defaults)
        FROM used u
        JOIN pg_catalog.pg_roles r ON r.oid = u.role
        WHERE r.rolname NOT LIKE 'pg\_%'
        GROUP BY r.rolname
        ORDER BY r.rolname
        """;

    public static async Task<DatabaseRoles> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var owners = new List<string>();
        var grantees = new List<string>();
        var defaulters = new List<string>();
        await using var command = new NpgsqlCommand(Sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            (reader.GetBoolean(1) ? owners : grantees).Add(reader.GetString(0));
            if (reader.GetBoolean(2))
            {
                defaulters.Add(reader.GetString(0));
            }
        }

        return new(owners, grantees) { Defaulters = defaulters };
    }
}
