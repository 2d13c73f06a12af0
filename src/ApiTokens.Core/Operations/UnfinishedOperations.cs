using ApiTokens.Journal;
using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>The operations that earlier runs left unfinished in a journal, and that this run has not added.</summary>
internal sealed class UnfinishedOperations
{
    private readonly JournalWriter? _journal;
    private readonly Dictionary<JournalKey, JournalSubject> _subjects = [];

    public UnfinishedOperations(JournalWriter? journal)
    {
        _journal = journal;
        foreach (JournalSubject subject in journal?.ResumeState.Unfinished ?? [])
        {
            // A run adds the tokens that are due by itself, but not those whose removal was cancelled since.
            if (subject.Key.Operation == journal!.Operation
                && (subject.Key.Operation != JournalOperations.Retire || !journal.Retirements.IsPending(subject.Key.Token)))
            {
                _subjects[subject.Key] = subject;
            }
        }
    }

    /// <summary>Removes an operation that this run has added.</summary>
    public void Remove(Operation operation)
    {
        if (_journal is not null)
        {
            _subjects.Remove(operation.KeyIn(_journal));
        }
    }

    /// <summary>Returns the unfinished operations on the accounts of connections.</summary>
    public IEnumerable<Operation> Match(IEnumerable<TokenConnection> connections)
    {
        ILookup<AccountIdentity, TokenConnection> byAccount = connections.ToLookup(connection => connection.AccountIdentity);
        return
            from subject in _subjects.Values
            let matches = byAccount[subject.Key.Token.Account]
            let connection = matches.FirstOrDefault(match => match.Name == subject.Connection) ?? matches.FirstOrDefault()
            where connection is not null
            select Create(connection, subject);
    }

    private static Operation Create(TokenConnection connection, JournalSubject subject) =>
        subject.Key.Operation == JournalOperations.Use
            ? new LeftoverUseOperation(connection, subject)
            : new UnfinishedOperation(connection, subject);
}
