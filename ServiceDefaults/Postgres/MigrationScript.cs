namespace ProdReady.ServiceDefaults.Postgres;

/// <summary>A script that a shared feature adds to the migrations of a service's schema.</summary>
/// <param name="Schema">The schema that it is for.</param>
/// <param name="Name">Its name in the schema's journal.</param>
/// <param name="Sql">Its statements.</param>
internal sealed record MigrationScript(string Schema, string Name, string Sql)
{
    /// <summary>
    /// The script <paramref name="file"/> embedded beside <paramref name="type"/>, with <paramref name="schema"/> for
    /// <c>{schema}</c>.
    /// </summary>
    public static MigrationScript Embedded(string schema, Type type, string file)
    {
        using var stream = type.Assembly.GetManifestResourceStream(type, file)
            ?? throw new ArgumentException($"There is no embedded {file} beside {type}.", nameof(file));
        using var reader = new StreamReader(stream);
        return new(
            schema, $"{type.Namespace}.{file}", reader.ReadToEnd().Replace("{schema}", schema, StringComparison.Ordinal));
    }
}
