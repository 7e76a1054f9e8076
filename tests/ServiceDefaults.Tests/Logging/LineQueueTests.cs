using System.Text;
using ProdReady.ServiceDefaults.Logging;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Logging;

public sealed class LineQueueTests
{
    private static readonly byte[] Line = Encoding.UTF8.GetBytes(new string('x', 1023) + "\n");

    [Fact]
    public void Lines_come_out_in_order_and_all_of_them_before_the_end()
    {
        using var output = new LogCapture();
        using (var queue = new LineQueue(output, (_, _) => { }))
        {
            for (var number = 0; number < 10_000; number++)
            {
                queue.Add(Encoding.UTF8.GetBytes($"{number}\n"), LogLevel.Information);
            }
        }

        Assert.Equal(Enumerable.Range(0, 10_000).Select(number => $"{number}"), output.Text.Split('\n')[..^1]);
    }

    [Fact]
    public void A_line_after_the_end_is_written_at_once()
    {
        using var output = new LogCapture();
        var queue = new LineQueue(output, (_, _) => { });
        queue.Dispose();

        queue.Add("late\n"u8, LogLevel.Information);

        Assert.Equal("late\n", output.Text);
    }

    [Fact]
    public async Task Where_nobody_reads_nobody_waits_and_what_is_lost_is_told()
    {
        using var output = new StuckOutput();
        var reports = new List<(long Dropped, long Errors)>();
        using var queue = new LineQueue(output, (dropped, errors) => reports.Add((dropped, errors)));
        queue.Add("first\n"u8, LogLevel.Error);
        await output.Stuck.WaitAsync(TestContext.Current.CancellationToken);

        // All of this returns, although the output stands still: else the test would never end
        const int capacity = LineQueue.Capacity / 1024;
        const int reserve = LineQueue.ErrorReserve / 1024;
        Fill(queue, LogLevel.Information, capacity + 7);
        Assert.Equal(7, queue.Dropped);
        Fill(queue, LogLevel.Error, reserve);
        Assert.Equal(7, queue.Dropped);
        Fill(queue, LogLevel.Critical, 2);
        Assert.Equal(9, queue.Dropped);

        output.Release();
        queue.Flush(TimeSpan.FromSeconds(30));

        Assert.Equal("first\n".Length + ((capacity + reserve) * 1024), output.Length);
        Assert.Equal([(9L, 2L)], await Eventually.ReadAsync(() => Task.FromResult(reports.ToList()), list => list.Count > 0));
    }

    [Fact]
    public void An_output_that_is_gone_does_no_harm()
    {
        using var output = new StuckOutput { Broken = true };
        using var queue = new LineQueue(output, (_, _) => { });

        queue.Add(Line, LogLevel.Error);
        queue.Flush(TimeSpan.FromSeconds(30));
        queue.Add(Line, LogLevel.Error);
        queue.Flush(TimeSpan.FromSeconds(30));

        Assert.Equal(2, queue.Dropped);
    }

    private static void Fill(LineQueue queue, LogLevel level, int lines)
    {
        for (var line = 0; line < lines; line++)
        {
            queue.Add(Line, level);
        }
    }

    private sealed class StuckOutput : MemoryStream
    {
        private readonly TaskCompletionSource _stuck = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _released = new();

        public bool Broken { get; init; }

        public Task Stuck => _stuck.Task;

        public void Release() => _released.Set();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Broken)
            {
                throw new IOException("broken pipe");
            }

            _stuck.TrySetResult();
            _released.Wait();
            base.Write(buffer);
        }

        protected override void Dispose(bool disposing)
        {
            _released.Set();
            base.Dispose(disposing);
        }
    }
}
