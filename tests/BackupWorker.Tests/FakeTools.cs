using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.BackupWorker.Tests;

/// <summary>A folder of PostgreSQL's programs in which one is a script and the others are real.</summary>
internal static class FakeTools
{
    private static readonly string[] Programs = ["pg_dump", "pg_dumpall", "pg_restore", "pg_basebackup", "pg_receivewal"];

    public static string RealFolder =>
        PostgresBinaries.TryFind(Environment.GetEnvironmentVariable("POSTGRES_BIN"), "pg_dump", out var binaries, out var error)
            ? binaries.Directory
            : throw new InvalidOperationException(error);

    /// <summary>Makes the folder.</summary>
    /// <param name="root">Where to make it.</param>
    /// <param name="fake">The program to replace; its <c>--version</c> stays real.</param>
    /// <param name="body">Shell commands; <c>$real</c> is the real program.</param>
    public static string Create(string root, string fake, string body) => Create(root, program => program == fake, body);

    /// <summary>The same with every program replaced.</summary>
    public static string CreateAll(string root, string body) => Create(root, _ => true, body);

    private static string Create(string root, Func<string, bool> isFake, string body)
    {
        var folder = Directory.CreateDirectory(Path.Combine(root, $"bin-{Guid.NewGuid():N}")).FullName;
        foreach (var program in Programs)
        {
            var real = Path.Combine(RealFolder, program);
            var path = Path.Combine(folder, program);
            if (!isFake(program))
            {
                File.CreateSymbolicLink(path, real);
                continue;
            }

            File.WriteAllText(path, $"#!/bin/sh\nreal='{real}'\n[ \"$1\" = --version ] && exec \"$real\" --version\n{body}\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return folder;
    }

    /// <summary>The same with a program of PostgreSQL 13, which is older than every server here.</summary>
    public static string CreateOld(string root, string program)
    {
        var folder = Create(root, program, "exit 1");
        File.WriteAllText(Path.Combine(folder, program), $"#!/bin/sh\necho '{program} (PostgreSQL) 13.22 (Debian 13.22-1)'\n");
        return folder;
    }

    /// <summary>A pg_dump that waits until the file exists.</summary>
    public static string CreateGated(string root, string gate) =>
        Create(root, "pg_dump", $"while [ ! -e '{gate}' ]; do sleep 0.05; done\nexec \"$real\" \"$@\"");
}
