using ProdReady.BackupWorker.PostgresTools;

namespace ProdReady.BackupWorker.Tests.PostgresTools;

/// <summary>PostgreSQL's programs, from bytes to bytes.</summary>
internal static class ProgramRun
{
    /// <summary>Runs one, which has to succeed.</summary>
    public static async Task<byte[]> OutputAsync(
        string program, string[] arguments, IReadOnlyDictionary<string, string> environment, byte[] input, CancellationToken cancellationToken)
    {
        await using var process = ToolProcess.Start(program, arguments, environment, cancellationToken);
        var output = new MemoryStream();
        var reading = process.Output.CopyToAsync(output, cancellationToken);
        await process.Input.WriteAsync(input, cancellationToken);
        process.Input.Close();
        await reading;
        var exit = await process.WaitAsync(cancellationToken);
        Assert.True(exit.Succeeded, exit.Error);
        return output.ToArray();
    }
}
