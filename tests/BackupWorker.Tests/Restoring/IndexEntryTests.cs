using ProdReady.BackupWorker.Restoring;

namespace ProdReady.BackupWorker.Tests.Restoring;

public sealed class IndexEntryTests
{
    [Theory]
    [InlineData("CREATE INDEX i ON public.t USING btree (a, b)", "public", "t", false)]
    [InlineData("CREATE UNIQUE INDEX \"i on\" ON \"S.x\".\"T \"\"y\" USING gin (c, d jsonb_path_ops) INCLUDE (e) WITH (fastupdate='off')", "S.x", "T \"y", false)]
    [InlineData("ALTER TABLE ONLY public.t\n    ADD CONSTRAINT t_pkey PRIMARY KEY (id)", "public", "t", true)]
    [InlineData("ALTER TABLE ONLY s.\"T\"\n    ADD CONSTRAINT \"u k\" UNIQUE NULLS NOT DISTINCT (a)", "s", "T", true)]
    [InlineData("ALTER TABLE ONLY public.t\n    ADD CONSTRAINT e EXCLUDE USING gist (during WITH &&)", "public", "t", true)]
    public void What_builds_an_index_is_known_with_its_table(string sql, string schema, string table, bool isExclusive) =>
        Assert.Equal(new IndexEntry(7, schema, table, isExclusive), IndexEntry.TryParse(7, sql));

    [Theory]
    // Nothing is built: its partitions' indexes are attached to it
    [InlineData("CREATE INDEX i ON ONLY public.t USING btree (a)")]
    [InlineData("ALTER INDEX public.i ATTACH PARTITION public.j")]
    // They may call what reads other tables, or is defined later
    [InlineData("CREATE INDEX i ON public.t USING btree (lower(a))")]
    [InlineData("CREATE INDEX i ON public.t USING btree (a, ((b + 1)))")]
    [InlineData("CREATE INDEX i ON public.t USING btree (a) WHERE public.f(a)")]
    [InlineData("ALTER TABLE ONLY public.t\n    ADD CONSTRAINT e EXCLUDE USING gist (public.f(a) WITH =)")]
    [InlineData("ALTER TABLE ONLY public.t\n    ADD CONSTRAINT e EXCLUDE USING gist (a WITH =) WHERE (public.f(a))")]
    // Needs other tables' rows
    [InlineData("ALTER TABLE ONLY public.t\n    ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES public.u(id)")]
    [InlineData("ALTER TABLE public.t\n    ADD CONSTRAINT c CHECK ((a > 0)) NOT VALID")]
    [InlineData("CREATE FUNCTION public.f() RETURNS void LANGUAGE sql AS $_$\nCREATE INDEX i ON public.t USING btree (a);\n$_$")]
    [InlineData("COMMENT ON INDEX public.i IS 'CREATE INDEX i ON public.t USING btree (a)'")]
    public void What_is_something_else_is_left_for_the_end(string sql) => Assert.Null(IndexEntry.TryParse(7, sql));
}
