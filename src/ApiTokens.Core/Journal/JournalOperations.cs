namespace ApiTokens.Journal;

/// <summary>Names of operations in a journal that more than one part of the program needs.</summary>
public static class JournalOperations
{
    /// <summary>Gives tokens new secrets, and records when the old tokens are due to be retired.</summary>
    public const string Reset = "Reset";

    /// <summary>Retires the old tokens that are due. It uses the journal of <see cref="Reset"/>.</summary>
    public const string Retire = "Retire";
}
