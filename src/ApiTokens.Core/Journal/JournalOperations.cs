namespace ApiTokens.Journal;

/// <summary>The names of the operations that share a journal.</summary>
public static class JournalOperations
{
    /// <summary>Resets tokens, and records when the old tokens are due to be retired.</summary>
    public const string Reset = "Reset";

    /// <summary>Retires the old tokens that are due. It uses the journal of <see cref="Reset"/>.</summary>
    public const string Retire = "Retire";
}
