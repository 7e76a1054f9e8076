using System.ComponentModel;
using System.Diagnostics;

namespace ProdReady.BackupWorker.PostgresTools;

/// <summary>One of PostgreSQL's programs at work. It never outlives this object, nor a cancelled token.</summary>
internal sealed class ToolProcess : IAsyncDisposable
{
    /// <summary>Of those lines that say what went wrong, and of the others.</summary>
    private const int KeptLines = 100;

    private readonly string _program;
    private readonly Process _process;
    private readonly Task<List<string>> _errors;
    private readonly CancellationTokenRegistration _kill;

    private ToolProcess(string program, Process process, CancellationToken cancellationToken)
    {
        _program = program;
        _process = process;
        Input = new ToolPipe(process.StandardInput.BaseStream, $"{program} input", Kill);
        Output = new ToolPipe(process.StandardOutput.BaseStream, $"{program} output", Kill);
        _errors = ReadErrorsAsync(process.StandardError, program);
        _kill = cancellationToken.Register(Kill);
    }

    public Stream Input { get; }

    public Stream Output { get; }

    /// <summary>Starts a program.</summary>
    /// <param name="path">The program's full path.</param>
    /// <param name="arguments">Its arguments, which every user of the machine can read: no secrets.</param>
    /// <param name="environment">libpq's variables; those of our own environment are not passed on.</param>
    /// <param name="cancellationToken">Kills the program.</param>
    /// <exception cref="BackupException">It cannot be started.</exception>
    public static ToolProcess Start(
        string path, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        var start = PipeBuffers.Start(path, arguments);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        LibpqEnvironment.Apply(environment, start.Environment);
        try
        {
            return new(Path.GetFileNameWithoutExtension(path), Process.Start(start)!, cancellationToken);
        }
        catch (Win32Exception exception)
        {
            throw new BackupException($"{path} cannot be started: {exception.Message}.", exception);
        }
    }

    /// <summary>Waits for the end.</summary>
    /// <exception cref="OperationCanceledException">It was killed because the token was cancelled.</exception>
    public async Task<ToolExit> WaitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        var errors = await _errors;
        cancellationToken.ThrowIfCancellationRequested();
        return new(_program, _process.ExitCode, errors);
    }

    public async ValueTask DisposeAsync()
    {
        await _kill.DisposeAsync();
        Kill();
        await _process.WaitForExitAsync();
        await Input.DisposeAsync();
        await Output.DisposeAsync();
        _process.Dispose();
    }

    private void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended by itself in the meantime
        }
    }

    /// <summary>
    /// Keeps the program's own sentences. What follows them (CONTEXT, DETAIL, the failed command) can quote rows, which have
    /// no place in logs and listings.
    /// </summary>
    private static async Task<List<string>> ReadErrorsAsync(StreamReader reader, string program)
    {
        var errors = new List<string>();
        var (telling, others) = (0, 0);
        while (await reader.ReadLineAsync() is { } line)
        {
            // What is tolerated once per connection must not take the place of what is not
            if (line.StartsWith(program + ": ", StringComparison.Ordinal) && !(ToolExit.IsUnknownTimeout(line) && errors.Exists(ToolExit.IsUnknownTimeout))
                && (ToolExit.IsTelling(program, line) ? telling++ : others++) < KeptLines)
            {
                errors.Add(line);
            }
        }

        return errors;
    }
}
