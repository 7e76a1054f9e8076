using ProdReady.BackupWorker.Dumping;
using ProdReady.BackupWorker.Restoring;

namespace ProdReady.BackupWorker.Tests.Restoring;

public sealed class NewTablesTests
{
    [Theory]
    [InlineData("CREATE TABLE public.t (\n    id int DEFAULT nextval('public.s'::regclass)\n)", "public.t")]
    [InlineData("CREATE UNLOGGED TABLE \"a \"\";(\".\"b.c\" (\n)", "\"a \"\";(\".\"b.c\"")]
    [InlineData("CREATE TABLE public.t (\n    CONSTRAINT c CHECK ((a > 0) AND (length(b) < 9))\n)", "public.t")]
    [InlineData("CREATE TABLE public.t (\n    id int DEFAULT public.f(1),\n    CONSTRAINT c CHECK ((a > 0))\n)", "public.t")]
    [InlineData("CREATE TABLE public.t (\n    g int GENERATED ALWAYS AS IDENTITY\n)", "public.t")]
    // Its rows are its partitions'
    [InlineData("CREATE TABLE public.t (\n)\nPARTITION BY RANGE (id)", null)]
    [InlineData("CREATE FOREIGN TABLE public.t (\n)\nSERVER s", null)]
    [InlineData("CREATE TABLE public.t OF public.k", null)]
    [InlineData("CREATE VIEW public.v AS SELECT 'CREATE TABLE public.t ()'", null)]
    [InlineData("CREATE TABLE public.\uFFFD (\n)", null)]
    // Its rows call functions of the database's own
    [InlineData("CREATE TABLE public.t (\n    CONSTRAINT c CHECK (public.f(a))\n)", null)]
    [InlineData("CREATE TABLE public.t (\n    CONSTRAINT c CHECK ((a OPERATOR(ext.@@@) b))\n)", null)]
    [InlineData("CREATE TABLE public.t (\n    g int GENERATED ALWAYS AS (\"odd; one\".\"f\"(a)) STORED\n)", null)]
    [InlineData("CREATE DOMAIN public.d AS int\n\tCONSTRAINT c CHECK (public.f(VALUE))|CREATE TABLE public.t (\n    a public.d\n)", null)]
    [InlineData("CREATE DOMAIN public.d AS int\n\tCONSTRAINT c CHECK (public.f(VALUE))|CREATE TYPE public.c AS (\n    a public.d\n)|CREATE TABLE public.t (\n    a public.c[]\n)", null)]
    [InlineData("CREATE DOMAIN public.d AS int\n\tCONSTRAINT c CHECK ((VALUE > 0))|CREATE TABLE public.t (\n    a public.d\n)", "public.t")]
    // A parent's checks hold for it too
    [InlineData("CREATE TABLE public.t (\n)|CREATE TABLE public.u (\n)\nINHERITS (public.t)", "public.t")]
    // What a table is partitioned by is asked of its partitions
    [InlineData("CREATE TABLE public.p (\n)\nPARTITION BY RANGE (a)|CREATE TABLE public.t (\n)|ALTER TABLE ONLY public.p ATTACH PARTITION public.t FOR VALUES FROM (1) TO (2)", "public.t")]
    [InlineData("CREATE TABLE public.p (\n)\nPARTITION BY RANGE (public.f(a))|CREATE TABLE public.t (\n)|CREATE TABLE public.u (\n)|ALTER TABLE ONLY public.p ATTACH PARTITION public.t FOR VALUES FROM (1) TO (2)", "public.u")]
    // Whoever restores it as its owner may not truncate it
    [InlineData("CREATE TABLE public.t (\n)|REVOKE ALL ON TABLE public.t FROM owner|GRANT SELECT ON TABLE public.t TO owner", null)]
    [InlineData("CREATE TABLE public.t (\n)|REVOKE ALL ON TABLE public.t2 FROM owner|GRANT ALL ON TABLE public.t TO friend", "public.t")]
    public void Tables_whose_rows_can_come_in_frozen_are_known(string statements, string? tables)
    {
        var known = new NewTables();
        foreach (var sql in statements.Split('|'))
        {
            known.Add(sql);
        }

        Assert.Equal(tables ?? "", string.Join(' ', known.Written));
    }

    /// <summary>Whoever may create a table must not keep its restore busy.</summary>
    [Theory]
    [InlineData("CREATE TABLE public.t (\n    a text DEFAULT ') INHERITS (", "aaaaaaaa.")]
    [InlineData("CREATE TABLE public.t (\n    a text CHECK ((a <> '", "aaaaaaaa.")]
    [InlineData("CREATE TABLE public.t (\n    a text CHECK ((a <> '", "a")]
    [InlineData("CREATE TABLE public.t (\n    a text CHECK ((a <> '", "CHECK (")]
    [InlineData("CREATE TABLE public.t (\n    a text CHECK ((a <> '", ".\"\"")]
    [InlineData("REVOKE ", " ON TABLE a.a")]
    public async Task Long_statements_take_no_longer_than_they_are_long(string start, string repeated)
    {
        var tables = new NewTables();
        var sql = start + string.Concat(Enumerable.Repeat(repeated, 20_000));
        var cancelled = TestContext.Current.CancellationToken;

        // Some seconds would be far too many; those that went back and forth took hours
        var failure = await Record.ExceptionAsync(() => Task.Run(() => tables.Add(sql), cancelled).WaitAsync(TimeSpan.FromSeconds(30), cancelled));

        Assert.Null(failure);
    }

    [Fact]
    public void Only_those_with_many_rows_are_worth_it()
    {
        var tables = new NewTables();
        tables.Add("CREATE TABLE public.few (\n)");
        tables.Add("CREATE TABLE public.\"Ma\"\"ny\" (\n)");
        tables.Add("CREATE TABLE public.unknown (\n)");

        Assert.Equal(
            ["public.\"Ma\"\"ny\""],
            tables.Large(new DatabaseContent([new("public", "few", 9_999), new("public", "Ma\"ny", 10_000), new("public", "other", 10_000)], 0, 0, [])));
    }
}
