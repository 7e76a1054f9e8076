namespace ProdReady.Bench.Measuring;

/// <summary>
/// Runs ours and the reference in turns and compares medians, so that what else the machine does hits both alike.
/// </summary>
internal static class Alternating
{
    /// <summary>Takes <paramref name="rounds"/> figures of each, after one of each that does not count.</summary>
    public static async Task<(double Ours, double Reference)> MedianAsync(
        int rounds, Func<Task<double>> ours, Func<Task<double>> reference)
    {
        await ours();
        await reference();
        var (ourFigures, referenceFigures) = (new double[rounds], new double[rounds]);
        for (var round = 0; round < rounds; round++)
        {
            // Who goes first changes too: the second of a pair finds the machine warmer
            if (round % 2 == 0)
            {
                ourFigures[round] = await ours();
                referenceFigures[round] = await reference();
            }
            else
            {
                referenceFigures[round] = await reference();
                ourFigures[round] = await ours();
            }
        }

        return (Median(ourFigures), Median(referenceFigures));
    }

    public static double Median(double[] figures)
    {
        var sorted = figures.Order().ToArray();
        return sorted.Length % 2 == 1
            ? sorted[sorted.Length / 2]
            : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
