using System.CommandLine;
using ProdReady.ServiceDefaults.Configuration;
using ProdReady.ServiceDefaults.Postgres;
using ProdReady.Standalone.Processes;
using Spectre.Console;

namespace ProdReady.Standalone.Commands;

/// <summary><c>doctor</c>: what this machine has and lacks, and what each lack costs.</summary>
internal static class DoctorCommand
{
    private static readonly (string Name, string Cost)[] Settings =
    [
        ("UPSTREAM_URL", "/api answers 503: there is no API behind the gateway"),
        ("STRIPE_WEBHOOK_SECRET", "POST /webhooks/stripe answers 404"),
        ("TWILIO_ACCOUNT_SID", "sending SMS answers 503"),
        ("VERIFICATION_KEYS", "none here: up makes one per run; deployed, verification codes answer 503"),
        ("PUBLIC_URL", "Twilio is asked whether messages were delivered, in place of reporting it"),
        ("BACKUP_ENCRYPTION_KEY", "backups are in clear"),
        ("BACKUP_S3_BUCKET", "backups are in BACKUP_DIR only: no second place"),
        ("SENTRY_DSN", "errors are in the logs only"),
        ("PRODREADY_ADMIN_KEY", "none here: up makes one per run; deployed, operator endpoints answer 401"),
    ];

    public static Command Create()
    {
        var command = new Command("doctor", "Show what this machine has and lacks, and what each lack costs");
        command.SetAction(_ => Run());
        return command;
    }

    private static int Run()
    {
        var postgres = PostgresBinaries.TryFind(
            Environment.GetEnvironmentVariable("POSTGRES_BIN"), "initdb", out var binaries, out var error);
        var programs = new Table().RoundedBorder().AddColumns("Program", "Found", "Without it");
        programs.AddRow("postgres", binaries?.Directory ?? "no", postgres ? "" : error!);
        Add("npm", "no Aspire dashboard; tests use a fake Twilio instead of Prism");
        Add("setpriv", "a stack that is killed with -9 is cleaned up by the next up or down, not at once");
        Add("docker", "under Aspire, Postgres and Redis are processes; images go to a registry or a file only");
        Add("redis-server", "tests run against Garnet alone, and none kills or freezes Redis");
        Add("chromium", "the documentation's page is not tested in a browser");
        AnsiConsole.Write(programs);

        var settings = new Table().RoundedBorder().AddColumns("Setting", "State", "Without it");
        foreach (var (name, cost) in Settings)
        {
            var readable = EnvironmentNames.All.Single(known => known.Name == name)
                .TryRead(Environment.GetEnvironmentVariable, out var value, out var problem);
            settings.AddRow(name, (readable, value) switch
            {
                (false, _) => "wrong",
                (_, null) => "not set",
                _ => "set",
            }, problem ?? (value is null ? cost : ""));
        }

        AnsiConsole.Write(settings);
        AnsiConsole.WriteLine($"All {EnvironmentNames.All.Count} settings are explained in .env.example");
        return postgres ? 0 : 1;

        void Add(string program, string cost) =>
            programs.AddRow(new Text(program), new Text(Programs.Find(program) ?? "no"), new Text(Programs.Find(program) is null ? cost : ""));
    }
}
