using System.Collections.Frozen;

namespace ProdReady.Notifications.Callbacks;

/// <summary>What a message from a person asks for.</summary>
internal enum Keyword
{
    /// <summary>Nothing that we know.</summary>
    None,

    /// <summary>No more messages.</summary>
    Stop,

    /// <summary>Messages again.</summary>
    Start,

    /// <summary>Who is this?</summary>
    Help,
}

/// <summary>Finds keywords: https://help.twilio.com/articles/223134027.</summary>
internal static class Keywords
{
    private static readonly FrozenDictionary<string, Keyword> Words = new Dictionary<string, Keyword>
    {
        ["STOP"] = Keyword.Stop,
        ["STOPALL"] = Keyword.Stop,
        ["UNSUBSCRIBE"] = Keyword.Stop,
        ["CANCEL"] = Keyword.Stop,
        ["END"] = Keyword.Stop,
        ["QUIT"] = Keyword.Stop,
        ["REVOKE"] = Keyword.Stop,
        ["OPTOUT"] = Keyword.Stop,
        ["START"] = Keyword.Start,
        ["YES"] = Keyword.Start,
        ["UNSTOP"] = Keyword.Start,
        ["HELP"] = Keyword.Help,
        ["INFO"] = Keyword.Help,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The keyword that a message is. A text is one only as a whole: "please stop by" is none. Twilio's own word for it wins, since
    /// an account can have keywords of its own, in other languages, too.
    /// </summary>
    /// <param name="optOutType">Twilio's <c>OptOutType</c>: <c>STOP</c>, <c>START</c>, <c>HELP</c>, or nothing.</param>
    /// <param name="text">The message.</param>
    public static Keyword Of(string? optOutType, string? text) =>
        Find(optOutType) is var told and not Keyword.None ? told : Find(text);

    private static Keyword Find(string? word) => word is null ? Keyword.None : Words.GetValueOrDefault(word.Trim());
}
