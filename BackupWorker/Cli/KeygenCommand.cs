using System.CommandLine;
using ProdReady.BackupWorker.Archives.Encryption;

namespace ProdReady.BackupWorker.Cli;

/// <summary><c>keygen</c>.</summary>
internal static class KeygenCommand
{
    public static Command Create()
    {
        var command = new Command("keygen", "Prints a new key for BACKUP_ENCRYPTION_KEY. Keep a copy of it where the backups are not.");
        command.SetAction(_ =>
        {
            Console.Out.WriteLine(ArchiveKeys.Generate(TimeProvider.System));
            return ExitCode.Ok;
        });
        return command;
    }
}
