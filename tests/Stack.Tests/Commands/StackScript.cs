using System.Globalization;
using ProdReady.Standalone.Processes;
using ProdReady.Standalone.Stack;
using ProdReady.Testing;

namespace ProdReady.Stack.Tests.Commands;

/// <summary>Runs <c>./prodready</c> as a person would, with a state folder of the test's own.</summary>
public sealed class StackScript : IAsyncDisposable
{
    private readonly string _state = Path.Combine(Path.GetTempPath(), $"prodready-script-{Guid.NewGuid():N}");

    /// <summary>The files of its stack.</summary>
    public StackState State => new(_state);

    /// <summary>Runs a command to its end.</summary>
    public async Task<(int ExitCode, string Output)> RunAsync(string command, params (string Name, string? Value)[] environment) =>
        await Programs.RunAsync(Options(command, environment), TestContext.Current.CancellationToken);

    /// <summary>Starts a command that stays, such as <c>up</c> in the foreground.</summary>
    public Task<ChildProcess> StartAsync(string command, params (string Name, string? Value)[] environment) =>
        ChildProcess.StartAsync(Options(command, environment));

    /// <summary>The running stack.</summary>
    public async Task<StackDescription> DescriptionAsync() =>
        await StackDescription.ReadAsync(State.DescriptionFile, TestContext.Current.CancellationToken)
        ?? throw new InvalidOperationException($"There is no {State.DescriptionFile}");

    /// <summary>Whether a process lives; a zombie that nobody has collected yet does not.</summary>
    public static bool IsAlive(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..][0] != 'Z';
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Which of a stack's processes still live, and which of its ports are still open.</summary>
    public static string LeftOf(StackDescription stack)
    {
        var processes = stack.Pids.Where(pair => IsAlive(pair.Value)).Select(pair => pair.Key);
        var ports = Ports(stack).Where(port => !PortLease.IsFree(port)).Select(port => port.ToString(CultureInfo.InvariantCulture));
        return string.Join(", ", processes.Concat(ports));
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("down");
        await StackVolumes.RemoveAsync(_state);
        if (Directory.Exists(_state))
        {
            Directory.Delete(_state, recursive: true);
        }
    }

    private static IEnumerable<int> Ports(StackDescription stack)
    {
        string[] urls = [stack.Gateway.Url, stack.Webhooks.Url, stack.Notifications.Url, stack.Backups.Url];
        return urls.Select(url => new Uri(url).Port)
            .Append(new Npgsql.NpgsqlConnectionStringBuilder(stack.ConnectionStrings.Prodready).Port)
            .Append(int.Parse(stack.ConnectionStrings.Redis.Split(':', ',')[1], CultureInfo.InvariantCulture));
    }

    private ChildProcessOptions Options(string command, (string Name, string? Value)[] environment)
    {
        var variables = new Dictionary<string, string?> { ["PRODREADY_STATE"] = _state, ["GATEWAY_PORT"] = "0" };
        foreach (var (name, value) in environment)
        {
            variables[name] = value;
        }

        return new()
        {
            Name = "prodready",
            FileName = Path.Combine(Checkout.Directory, "prodready"),
            Arguments = command.Split(' '),
            WorkingDirectory = Checkout.Directory,
            Environment = variables,
            StopSignal = Signal.Interrupt,
        };
    }
}
