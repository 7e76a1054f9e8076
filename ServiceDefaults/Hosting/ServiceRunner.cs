using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.ServiceDefaults.Hosting;

/// <summary>Runs a service so that a start that fails ends in one readable message instead of a stack trace.</summary>
public static class ServiceRunner
{
    /// <summary>The exit code for a wrong setting: sysexits' EX_CONFIG.</summary>
    public const int ConfigurationError = 78;

    /// <summary>The exit code where the database was away for too long: sysexits' EX_UNAVAILABLE.</summary>
    public const int Unavailable = 69;

    /// <summary>The exit code for a start that failed otherwise, such as a migration: sysexits' EX_SOFTWARE.</summary>
    public const int StartFailed = 70;

    /// <summary>Validates every option, then runs until shutdown.</summary>
    /// <returns>
    /// The process' exit code: 0, or after a message on standard error <see cref="ConfigurationError"/>, <see cref="Unavailable"/> or
    /// <see cref="StartFailed"/>.
    /// </returns>
    public static async Task<int> RunServiceAsync(this WebApplication app)
    {
        if (!app.HasValidSettings())
        {
            await app.DisposeAsync();
            return ConfigurationError;
        }

        // Asked for now: a start that fails disposes of the services
        var name = app.Environment.ApplicationName;
        var lifetime = app.Lifetime;
        try
        {
            await app.RunAsync();
            return 0;
        }
        catch (OptionsValidationException exception)
        {
            // A setting that only the start itself could find wrong, such as a port that is taken
            Report(name, Failures(exception));
            return ConfigurationError;
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested && !lifetime.ApplicationStarted.IsCancellationRequested)
        {
            // Asked to stop while it waited for something at its start
            return 0;
        }
        catch (Exception exception) when (!lifetime.ApplicationStarted.IsCancellationRequested)
        {
            // The host has logged it, with its stack. From here on it would be told once more, and end the process as a crash
            await Console.Error.WriteLineAsync($"{name} cannot start: {exception.Message}");
            return DatabaseOutage.Caused(exception) ? Unavailable : StartFailed;
        }
    }

    /// <summary>
    /// Validates every option; <see cref="RunServiceAsync"/> does it too. For a service whose endpoints cannot even be mapped
    /// with a wrong setting.
    /// </summary>
    /// <returns><see langword="false"/> after one message on standard error that holds every failure.</returns>
    public static bool HasValidSettings(this WebApplication app)
    {
        try
        {
            // Ahead of the host's own validation, which would log the same failure once more with its stack
            app.Services.GetService<IStartupValidator>()?.Validate();
            return true;
        }
        catch (Exception exception) when (Failures(exception) is { Count: > 0 } failures)
        {
            Report(app.Environment.ApplicationName, failures);
            return false;
        }
    }

    private static void Report(string applicationName, List<string> failures) => Console.Error.WriteLine(
        $"{applicationName} cannot start, a setting is wrong:{Environment.NewLine}"
        + string.Join(Environment.NewLine, failures.Select(failure => $"  - {failure}")));

    /// <summary>What an exception says of settings that are wrong, each in a sentence; nothing if it is about something else.</summary>
    public static IReadOnlyList<string> SettingFailures(Exception exception) => Failures(exception);

    private static List<string> Failures(Exception exception) => exception switch
    {
        OptionsValidationException invalid => [.. invalid.Failures],
        // Options that are made from others fail with the others' failures, too
        AggregateException several => [.. several.InnerExceptions.SelectMany(Failures).Distinct()],
        // A value of the wrong type, which fails before it can be validated
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } unreadable => [unreadable.Message],
        _ => [],
    };
}
