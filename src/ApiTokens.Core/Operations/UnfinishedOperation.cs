using ApiTokens.Journal;
using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>
/// Checks an operation that an earlier run started, that has no end in the journal and that is not in the input of this run. It sends
/// no write request.
/// </summary>
internal sealed class UnfinishedOperation : Operation
{
    private readonly JournalKey _key;
    private readonly Operation? _operation;

    public UnfinishedOperation(TokenConnection connection, JournalSubject subject)
        : base(connection, subject.Key.Token.Id, subject.Name, subject.Name)
    {
        _key = subject.Key;
        ApiToken token = connection.CreateReference(_key.Token.Id, subject.Name);

        // Whether it was done does not depend on the time of a staged removal.
        TimeSpan? stagedAfter = _key.Parameters is null ? null : TimeSpan.Zero;
        _operation = _key switch
        {
            { Operation: JournalOperations.Remove } => new RemoveOperation(connection, token) { After = stagedAfter },
            { Operation: JournalOperations.Retire } => new RemoveOperation(connection, token),
            { Operation: JournalOperations.Enable } => new SetEnabledOperation(connection, token, enabled: true),
            { Operation: JournalOperations.Disable } =>
                new SetEnabledOperation(connection, token, enabled: false) { RemoveAfter = stagedAfter },
            { Operation: JournalOperations.Rename, Parameters: { } newName } => new RenameOperation(connection, token, newName),
            _ => null,
        };
        Target = _operation is null ? subject.Name : token;
    }

    internal override string? Parameters => _key.Parameters;

    internal override async Task<bool> IsAlreadyDoneAsync(OperationContext context) =>
        _operation is not null && await _operation.IsAlreadyDoneAsync(context).ConfigureAwait(false);

    internal override Task ExecuteAsync(OperationContext context)
    {
        string state = _operation is null ? "Its outcome is unknown." : "It had no effect.";
        throw new ApiTokenException(
            ErrorKind.InvalidOperation,
            $"An earlier run started the operation {_key.Operation} on {Reference} and did not finish it. {state} "
                + "It is not in the input of this run.",
            "Run the operation again with the same journal and with this item in the input.",
            ErrorIds.OperationUnfinished)
        { OutcomeUnknown = _operation is null };
    }
}
