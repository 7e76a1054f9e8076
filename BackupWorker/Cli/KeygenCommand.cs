using System.CommandLine;
using ProdReady.BackupWorker.Archives.Encryption;

namespace ProdReady.BackupWorker.Cli;

/// <summary><c>keygen</c>.</summary>
internal static class KeygenCommand
{
    public static Command Create(Option<bool> json)
    {
        var command = new Command("keygen", "Prints a new key for BACKUP_ENCRYPTION_KEY. Keep a copy of it where the backups are not.");
        command.SetAction(result =>
        {
            var key = ArchiveKeys.Generate(TimeProvider.System);
            if (result.GetValue(json))
            {
                Screen.WriteJson(new { key });
            }
            else
            {
                Console.Out.WriteLine(key);
            }

            return ExitCode.Ok;
        });
        return command;
    }
}
